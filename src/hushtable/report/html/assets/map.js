const map = document.getElementById("map");
const SIZES = [12, 16, 20, 24, 30, 38];
let size = 3;

function resize(step) {
  size = Math.min(Math.max(size + step, 0), SIZES.length - 1);
  map.style.setProperty("--cell", `${SIZES[size]}px`);
  document.getElementById("smaller").disabled = size === 0;
  document.getElementById("larger").disabled = size === SIZES.length - 1;
}

document.getElementById("smaller").addEventListener("click", () => resize(-1));
document.getElementById("larger").addEventListener("click", () => resize(1));

// Marks are made when a row comes near the screen: a large map has tens of thousands.
const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) fill(entry.target);
  }
}, { rootMargin: "600px" });

function fill(row) {
  if (!row.waiting) return;
  const marks = row.waiting.map(({ cell, at, route }) => {
    const column = data.columns[cell.column];
    const mark = made("button", `cell is-${column.category} is-${cell.mark}`, MARKS[cell.mark]);
    mark.type = "button";
    mark.style.setProperty("--at", at);
    const count = cell.findings.length;
    const said = count ? `, ${count} ${count === 1 ? "finding" : "findings"}` : "";
    const label = `${column.attribute}, ${column.category}, ${WORDS[cell.mark] || cell.mark}${said}`;
    mark.setAttribute("aria-label", label);
    mark.title = label;
    mark.addEventListener("click", () => openCell(route, cell));
    return mark;
  });
  row.waiting = null;
  row.querySelector(".cells").append(...marks);
}

function headOf(columns) {
  const head = made("div", "head");
  head.setAttribute("aria-hidden", "true");
  const names = made("div", "names");
  names.style.setProperty("--columns", columns.length);
  let at = 0;
  while (at < columns.length) {
    const table = data.columns[columns[at]].table;
    let end = at;
    while (end < columns.length && data.columns[columns[end]].table === table) end += 1;
    const group = made("span", "table-name", table);
    group.style.setProperty("--at", at);
    group.style.setProperty("--span", end - at);
    group.title = table;
    names.append(group);
    at = end;
  }
  columns.forEach((column, nth) => {
    const name = made("span", `column is-${data.columns[column].category}`, data.columns[column].name);
    name.style.setProperty("--at", nth);
    name.title = data.columns[column].attribute;
    names.append(name);
  });
  head.append(made("div", "corner"), names);
  return head;
}

// `wanted` says which cells are shown; a route stays while a cell of it does, or a finding without
// an attribute that fits.
function draw(wanted, bare) {
  near.disconnect();
  const kept = cellsOf.map((cells, route) => cells.filter((cell) => wanted(route, cell)));
  const columns = [...new Set(kept.flat().map((cell) => cell.column))].sort((a, b) => a - b);
  const place = new Map(columns.map((column, nth) => [column, nth]));
  const list = made("ul", "rows");
  list.style.setProperty("--columns", columns.length);
  let rows = 0;
  data.routes.forEach((route, number) => {
    if (!kept[number].length && !bare(number)) return;
    rows += 1;
    const row = made("li", "row");
    const name = made("button", "route");
    name.type = "button";
    name.append(made("span", "method", route.method), " ", made("span", "path", route.path), " ", made("span", "audience", route.audience));
    name.addEventListener("click", () => openRoute(number));
    row.append(name, made("span", "cells"));
    row.waiting = kept[number].map((cell) => ({ cell, at: place.get(cell.column), route: number }));
    list.append(row);
    near.observe(row);
  });
  map.replaceChildren(headOf(columns), list);
  map.hidden = rows === 0;
  document.getElementById("map-empty").hidden = rows > 0;
  return rows;
}

window.addEventListener("beforeprint", () => map.querySelectorAll(".row").forEach(fill));
resize(0);
