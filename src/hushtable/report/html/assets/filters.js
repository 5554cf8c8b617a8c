const filters = document.getElementById("filters");
const search = document.getElementById("search");
let texts = null;
const audienceOf = new Map(data.routes.map((route) => [route.name, route.audience]));
const categoryOf = new Map(data.columns.map((column) => [column.attribute, column.category]));

function chosen() {
  const values = Object.fromEntries(new FormData(filters));
  return { ...values, text: search.value.trim().toLowerCase() };
}

function textOf(number) {
  texts ??= data.findings.map((one) =>
    [one.code, one.name, one.message, place(one), ...one.routes, ...one.attributes].join("\n").toLowerCase());
  return texts[number];
}

const inLock = (agreed, want) => agreed === (want === "agreed");

function fits(number, want) {
  const one = data.findings[number];
  return (!want.rule || one.code === want.rule)
    && (!want.standing || one.standing === want.standing)
    && (!want.agreed || inLock(one.agreed, want.agreed))
    && (!want.change || data.changes[number] === want.change)
    && (!want.text || textOf(number).includes(want.text))
    && (!want.table || one.attributes.some((name) => name.split(".")[0] === want.table))
    && (!want.category || one.attributes.some((name) => categoryOf.get(name) === want.category))
    && (!want.audience || one.audience === want.audience || one.routes.some((name) => audienceOf.get(name) === want.audience));
}

function narrow() {
  const want = chosen();
  const fit = data.findings.map((_, number) => fits(number, want));
  show(fit);
  const ofFindings = Boolean(want.rule || want.change || (want.standing && want.standing !== "agreed"));
  const rows = draw((number, cell) => {
    const column = data.columns[cell.column];
    const route = data.routes[number];
    if (want.table && column.table !== want.table) return false;
    if (want.category && column.category !== want.category) return false;
    if (want.audience && route.audience !== want.audience) return false;
    if (want.agreed && !inLock(cell.agreed, want.agreed)) return false;
    if (want.standing === "agreed" && cell.mark !== "agreed" && !cell.agreed) return false;
    if (ofFindings && !cell.findings.some((one) => fit[one])) return false;
    return !want.text || `${route.name}\n${column.attribute}`.toLowerCase().includes(want.text)
      || cell.findings.some((one) => fit[one]);
  }, (number) => (!want.audience || data.routes[number].audience === want.audience)
    && data.routes[number].alone.some((one) => fit[one]));
  const left = fit.filter(Boolean).length;
  const all = Object.values(want).every((value) => !value);
  document.getElementById("narrowed").textContent = all ? "" : `${left} of ${fit.length} findings and ${rows} of ${data.routes.length} routes fit.`;
}

document.getElementById("csv").addEventListener("click", () => {
  const link = made("a");
  link.href = URL.createObjectURL(new Blob([data.csv], { type: "text/csv" }));
  link.download = "controls.csv";
  link.click();
  URL.revokeObjectURL(link.href);
});
// The controls alone, for those who file them; the browser's own print takes the whole report.
document.getElementById("print").addEventListener("click", () => {
  document.documentElement.classList.add("controls-alone");
  window.print();
});
window.addEventListener("afterprint", () => document.documentElement.classList.remove("controls-alone"));

narrow();
