const story = document.getElementById("story");
const told = document.getElementById("told");
const MOST_LEAVES = 24;
const ANSWERS = new Set(["response", "header", "error"]); // What a caller gets; a log has other readers.

function open(title, parts) {
  document.getElementById("story-title").replaceWith(Object.assign(prose("h2", "", title), { id: "story-title" }));
  told.replaceChildren(...parts);
  if (!story.open) story.showModal();
  story.scrollTop = 0;
}

document.getElementById("close").addEventListener("click", () => story.close());
story.addEventListener("click", (event) => {
  if (event.target === story) story.close();
});

function facts(pairs) {
  const list = made("dl", "facts");
  for (const [name, value] of pairs) {
    if (!value) continue;
    list.append(made("dt", "", name), made("dd", "", value));
  }
  return list;
}

function block(label, text) {
  const figure = made("figure");
  const code = made("pre", "", text);
  code.tabIndex = 0;
  code.setAttribute("aria-label", label);
  figure.append(made("figcaption", "", label), code);
  return figure;
}

function steps(finding) {
  const list = made("ol", "steps");
  for (const step of finding.trace) {
    const item = made("li");
    item.append(made("code", "", place(step)), " ", made("span", "", step.what));
    list.append(item);
  }
  return list;
}

function proofPart(proof) {
  const part = made("div", "proof");
  const asked = proof.request;
  const again = proof.replayed ? `again in ${proof.reproduced} of ${proof.replayed} replays` : "";
  part.append(
    facts([
      ["Planted in", proof.attributes.join(", ")],
      ["Canary", proof.canary && `${proof.canary}${proof.owner ? `, of owner ${proof.owner}` : ""}`],
      ["Asked by", `${asked.identity}: ${asked.method} ${asked.path}`],
      ["The store", asked.provoked],
      ["Came out in", `${proof.channel} ${proof.where}${proof.encoding ? `, as ${proof.encoding}` : ""}`],
      ["Answered", proof.status === null ? "" : String(proof.status)],
      ["Seen", again],
    ]),
  );
  if (proof.curl) part.append(block("A request that shows it", proof.curl));
  if (proof.test) part.append(block("As a test", proof.test));
  return part;
}

function findingPart(number) {
  const finding = storyOf(number);
  const part = made("article", "finding");
  const heading = made("h3", "", `${finding.code} ${finding.name}`);
  const dials = made("p", "dials");
  dials.append(
    made("span", `severity is-${finding.severity}`, finding.severity), " ",
    made("span", `verdict is-${finding.standing}`, finding.standing), " ",
    made("span", "confidence", `confidence ${finding.confidence}`),
  );
  part.append(heading, dials, prose("p", "message", finding.message));
  part.append(
    facts([
      ["At", place(finding)],
      ["Routes", finding.routes.join(", ")],
      ["Attributes", finding.attributes.join(", ")],
      ["Through", finding.audience ? `${finding.channel} to ${finding.audience}` : finding.channel],
      ["Weakness", finding.cwe.map((number) => `CWE-${number}`).join(", ")],
      ["Risk", finding.owasp.join(", ")],
      ["Agreed", finding.suppressed && `${finding.suppressed.kind}: ${finding.suppressed.reason}`],
      ["Lock", lockWords(finding.agreed)[0]],
    ]),
  );
  if (finding.trace.length) part.append(made("h4", "", "Through the source"), steps(finding));
  if (finding.proofs.length) part.append(made("h4", "", "The canary's path"), ...finding.proofs.map(proofPart));
  for (const one of finding.transcripts || []) {
    part.append(block(`${one.identity} asked`, `${one.method} ${one.path}\n${one.status} ${one.excerpt}`));
  }
  if (finding.reasons.length) {
    const list = made("ul");
    for (const reason of finding.reasons) list.append(prose("li", "", reason));
    part.append(made("h4", "", "Why it is sensitive"), list);
  }
  if (finding.remedy) part.append(block("Remedy", finding.remedy));
  if (finding.fix) part.append(...fixPart(finding.fix));
  return part;
}

function fixPart(fix) {
  if (!fix.diff) return [made("h4", "", "The fix"), made("p", "", `No difference is shown: ${fix.why}.`)];
  const code = made("pre", "diff");
  code.tabIndex = 0;
  code.setAttribute("aria-label", "The fix as a difference in lines");
  fix.diff.split("\n").forEach((line, nth, lines) => {
    if (nth === lines.length - 1 && !line) return;
    const kind = /^(---|\+\+\+) [ab]\//.test(line) ? "file" : { "+": "more", "-": "less", "@": "hunk" }[line[0]] || "same";
    code.append(made("span", kind, line), "\n");
  });
  const parts = [made("h4", "", "The fix, as hushtable fix writes it")];
  if (fix.unsafe) parts.push(prose("p", "unsafe", `Unsafe, since somebody may notice: ${fix.unsafe}`));
  parts.push(code);
  if (fix.note) parts.push(prose("p", "note", `Left to do: ${fix.note}`));
  return parts;
}

// Stories are the last part of the page: until it is there, none can be told whole.
const loading = () => document.readyState === "loading";

function openFinding(number) {
  if (loading()) return;
  const finding = data.findings[number];
  const flow = finding.routes.map((name) => data.routes.findIndex((route) => route.name === name));
  const parts = flow.length && flow[0] >= 0 ? [flowOf(flow[0]), findingPart(number)] : [findingPart(number)];
  open(finding.message, parts);
}

function openCell(route, cell) {
  if (loading()) return;
  const column = data.columns[cell.column];
  const parts = cell.findings.map(findingPart);
  if (!parts.length) {
    parts.push(made("p", "", ["It leaves in the response, and no rule speaks of it", ...lockWords(cell.agreed)].join("; ") + "."));
  }
  open(`${column.attribute} leaves by ${data.routes[route].name}`, [flowOf(route, cell.column), ...parts]);
}

function openRoute(number) {
  if (loading()) return;
  const route = data.routes[number];
  const about = facts([
    ["Handler", `${route.handler} at ${place({ path: route.file, line: route.line })}`],
    ["Gate", route.gate],
    ["Audience", route.audience],
    ["Reads", route.reads.join(", ")],
    ["Pages", route.pagination],
    ["Scan", route.scan ? "reads a whole table" : ""],
  ]);
  open(route.name, [flowOf(number), about, ...route.findings.map(findingPart)]);
}

// The picture of one route: request, tables read, attributes, channels with who gets them.
function flowOf(number, only) {
  const route = data.routes[number];
  const cells = only === undefined ? cellsOf[number] : cellsOf[number].filter((one) => one.column === only);
  const shownCells = cells.slice(0, MOST_LEAVES);
  const tables = [...new Set([...route.reads, ...shownCells.map((one) => data.columns[one.column].table)])];
  const gone = new Map();
  for (const cell of shownCells) {
    const about = cell.findings.map((one) => data.findings[one]);
    const ways = about.length ? about.map((one) => [one.channel, one.audience || (ANSWERS.has(one.channel) ? route.audience : "")]) : [["response", route.audience]];
    for (const [channel, audience] of ways) {
      const name = audience ? `${channel} to ${audience}` : channel;
      if (!gone.has(name)) gone.set(name, []);
      gone.get(name).push(cell);
    }
  }
  const lines = Math.max(tables.length, shownCells.length, gone.size, 1);
  const height = lines * 30 + 40;
  const picture = drawn("svg", { class: "flow", viewBox: `0 0 900 ${height}`, role: "img" });
  const named = `${route.name} reads ${tables.join(", ") || "no table"}; ${cells.length} attributes leave by ${[...gone.keys()].join(", ") || "nothing"}`;
  picture.append(drawn("title", {}, named));
  const middle = (count, nth) => 30 + ((nth + 0.5) * (lines * 30)) / Math.max(count, 1);
  const box = (x, y, width, text, kind) => {
    const group = drawn("g", { class: `box ${kind}` });
    group.append(drawn("rect", { x, y: y - 12, width, height: 24, rx: 4 }));
    const most = Math.floor(width / 7.4);
    const label = drawn("text", { x: x + 8, y: y + 4 }, text.length > most ? `${text.slice(0, most - 1)}…` : text);
    label.append(drawn("title", {}, text));
    group.append(label);
    picture.append(group);
  };
  const line = (x1, y1, x2, y2, kind) => {
    const bend = (x1 + x2) / 2;
    picture.append(drawn("path", { class: `way ${kind}`, d: `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}` }));
  };
  tables.forEach((table, nth) => line(190, middle(1, 0), 230, middle(tables.length, nth), ""));
  shownCells.forEach((cell, nth) => {
    const from = tables.indexOf(data.columns[cell.column].table);
    line(370, middle(tables.length, from), 410, middle(shownCells.length, nth), `is-${cell.mark}`);
  });
  [...gone.values()].forEach((some, nth) => {
    for (const cell of some) line(650, middle(shownCells.length, shownCells.indexOf(cell)), 690, middle(gone.size, nth), `is-${cell.mark}`);
  });
  box(10, middle(1, 0), 180, route.name, "request");
  tables.forEach((table, nth) => box(230, middle(tables.length, nth), 140, table, "table"));
  shownCells.forEach((cell, nth) => {
    const column = data.columns[cell.column];
    box(410, middle(shownCells.length, nth), 240, `${MARKS[cell.mark]} ${column.attribute}`, `is-${column.category}`);
  });
  [...gone.keys()].forEach((name, nth) => box(690, middle(gone.size, nth), 200, name, "channel"));
  const figure = made("figure", "picture");
  figure.tabIndex = 0;
  figure.setAttribute("aria-label", `How ${route.name} gives what it gives`);
  figure.append(picture);
  if (cells.length > MOST_LEAVES) figure.append(made("figcaption", "", `and ${cells.length - MOST_LEAVES} more attributes`));
  return figure;
}

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-finding]");
  if (pressed) openFinding(Number(pressed.dataset.finding));
});
