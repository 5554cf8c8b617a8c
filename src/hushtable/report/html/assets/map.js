const map = document.getElementById("map");
const paper = document.getElementById("paper");
const SIZES = [12, 16, 20, 24, 30, 38];
const PAPER_COLUMNS = 60; // As many as a landscape page is wide.
let size = 3;

function resize(step) {
  size = Math.min(Math.max(size + step, 0), SIZES.length - 1);
  map.style.setProperty("--cell", `${SIZES[size]}px`);
  document.getElementById("smaller").disabled = size === 0;
  document.getElementById("larger").disabled = size === SIZES.length - 1;
  fillNear();
}

document.getElementById("smaller").addEventListener("click", () => resize(-1));
document.getElementById("larger").addEventListener("click", () => resize(1));

// Marks are made when a row comes near the screen: a large map has tens of thousands.
// So is each of its spans of columns, which keep the order of the marks.
const SPAN = 24;
const onScreen = new Set();
const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) onScreen.add(entry.target);
    else onScreen.delete(entry.target);
  }
  fillNear();
}, { root: map, rootMargin: "150px" });

function fillNear() {
  const wide = SIZES[size] * SPAN;
  const first = Math.floor((map.scrollLeft - wide) / wide);
  const last = Math.ceil((map.scrollLeft + map.clientWidth) / wide);
  for (const row of onScreen) fill(row, first, last);
}

let moving = false;
map.addEventListener("scroll", () => {
  if (moving) return;
  moving = true;
  requestAnimationFrame(() => {
    moving = false;
    fillNear();
  });
});

const blank = made("span");
blank.setAttribute("role", "gridcell");
blank.tabIndex = -1;

function said(cell) {
  const count = cell.findings.length;
  return [
    data.columns[cell.column].attribute,
    data.columns[cell.column].category,
    WORDS[cell.mark] || cell.mark,
    ...count ? [count === 1 ? "1 finding" : `${count} findings`] : [],
    ...lockWords(cell.agreed),
  ].join(", ");
}

function fill(row, first = 0, last = Infinity) {
  for (const span of row.waiting.keys()) {
    if (span < first || span > last) continue;
    const marks = marksOf(row.waiting.get(span));
    row.waiting.delete(span);
    row.lastChild.querySelector(`[data-span="${span}"]`).append(...marks);
  }
}

function marksOf(some) {
  return some.map(({ cell, at }) => {
    const mark = blank.cloneNode();
    mark.className = `cell is-${data.columns[cell.column].category} is-${cell.mark}${cell.agreed ? " in-lock" : ""}`;
    mark.textContent = MARKS[cell.mark];
    mark.style.setProperty("--at", at);
    mark.setAttribute("aria-colindex", at + 2);
    const label = said(cell);
    mark.setAttribute("aria-label", label);
    mark.title = label;
    mark.cell = cell;
    return mark;
  });
}

function wait(row, cells, places) {
  row.waiting = new Map();
  for (const cell of cells) {
    const at = places.get(cell.column);
    const span = Math.floor(at / SPAN);
    if (!row.waiting.has(span)) row.waiting.set(span, []);
    row.waiting.get(span).push({ cell, at });
  }
  for (const span of row.waiting.keys()) {
    const group = made("div", "span");
    group.setAttribute("role", "presentation");
    group.dataset.span = span;
    row.lastChild.append(group);
  }
}

function headOf(columns) {
  const head = made("div", "head");
  head.setAttribute("role", "row");
  head.setAttribute("aria-rowindex", 1);
  const corner = made("div", "corner");
  corner.setAttribute("role", "columnheader");
  corner.append(made("span", "unseen", "Route"));
  const names = made("div", "names");
  names.setAttribute("role", "presentation");
  names.style.setProperty("--columns", columns.length);
  let at = 0;
  while (at < columns.length) {
    const table = data.columns[columns[at]].table;
    let end = at;
    while (end < columns.length && data.columns[columns[end]].table === table) end += 1;
    const group = made("span", "table-name", table);
    group.setAttribute("aria-hidden", "true");
    group.style.setProperty("--at", at);
    group.style.setProperty("--span", end - at);
    group.title = table;
    names.append(group);
    at = end;
  }
  columns.forEach((column, nth) => {
    const name = made("span", `column is-${data.columns[column].category}`, data.columns[column].name);
    name.setAttribute("role", "columnheader");
    name.setAttribute("aria-colindex", nth + 2);
    name.setAttribute("aria-label", data.columns[column].attribute);
    name.style.setProperty("--at", nth);
    name.title = data.columns[column].attribute;
    names.append(name);
  });
  head.append(corner, names);
  return head;
}

function rowOf(number, nth) {
  const route = data.routes[number];
  const row = made("div", "row");
  row.setAttribute("role", "row");
  row.setAttribute("aria-rowindex", nth + 2);
  const name = made("div", "route");
  name.setAttribute("role", "rowheader");
  name.setAttribute("aria-colindex", 1);
  name.tabIndex = -1;
  name.title = `${route.name} ${route.audience}`;
  name.append(made("span", "method", route.method), " ", made("span", "path", route.path), " ", made("span", "audience", route.audience));
  const cells = made("div", "cells");
  cells.setAttribute("role", "presentation");
  row.append(name, cells);
  row.route = number;
  return row;
}

// `wanted` says which cells are shown; a route stays while a cell of it does, or a finding without
// a cell that fits.
function draw(wanted, alone) {
  near.disconnect();
  onScreen.clear();
  const kept = cellsOf.map((cells, route) => cells.filter((cell) => wanted(route, cell)));
  const seen = new Set();
  for (const cells of kept) for (const cell of cells) seen.add(cell.column);
  const columns = [...seen].sort((a, b) => a - b);
  const places = new Map(columns.map((column, nth) => [column, nth]));
  const rows = [];
  data.routes.forEach((_, number) => {
    if (!kept[number].length && !alone(number)) return;
    const row = rowOf(number, rows.length);
    wait(row, kept[number], places);
    row.cells = kept[number];
    rows.push(row);
  });
  const grid = made("div", "grid");
  grid.setAttribute("role", "grid");
  grid.setAttribute("aria-label", "Routes and the attributes that leave by them");
  grid.setAttribute("aria-rowcount", rows.length + 1);
  grid.setAttribute("aria-colcount", columns.length + 1);
  grid.style.setProperty("--columns", columns.length);
  const body = made("div", "rows");
  body.setAttribute("role", "rowgroup");
  body.append(...rows);
  const top = made("div", "top");
  top.setAttribute("role", "rowgroup");
  top.append(headOf(columns));
  grid.append(top, body);
  map.replaceChildren(grid);
  map.hidden = rows.length === 0;
  document.getElementById("map-empty").hidden = rows.length > 0;
  if (rows.length) rows[0].firstChild.tabIndex = 0;
  rows.forEach((row) => near.observe(row));
  return rows.length;
}

// One stop of the tab key leads to the map; the arrow keys go through it, as in any grid.
function go(to) {
  map.querySelectorAll('[tabindex="0"]').forEach((one) => { one.tabIndex = -1; });
  to.tabIndex = 0;
  to.focus();
}

function inRow(row, at) {
  fill(row);
  const marks = [...row.querySelectorAll(".cell")].filter((one) => Number(one.style.getPropertyValue("--at")) <= at);
  return at < 0 || !marks.length ? row.firstChild : marks.at(-1);
}

function nextTo(here, key, far) {
  const row = here.closest(".row");
  const rows = [...row.parentNode.children];
  const nth = rows.indexOf(row);
  const at = here.cell ? Number(here.style.getPropertyValue("--at")) : -1;
  const move = (step) => inRow(rows[Math.min(Math.max(nth + step, 0), rows.length - 1)], at);
  const marks = [...row.querySelectorAll(".cell")];
  const beside = marks.indexOf(here);
  switch (key) {
    case "ArrowDown": return move(1);
    case "ArrowUp": return move(-1);
    case "PageDown": return move(10);
    case "PageUp": return move(-10);
    case "ArrowRight": return marks[beside + 1];
    case "ArrowLeft": return beside < 0 ? null : marks[beside - 1] || row.firstChild;
    case "Home": return (far ? rows[0] : row).firstChild;
    case "End": return inRow(far ? rows.at(-1) : row, Infinity);
    default: return null;
  }
}

function pressed(target) {
  const row = target.closest(".row");
  if (!row) return;
  const here = target.closest(".cell, .route");
  if (!here) return;
  go(here);
  if (here.cell) openCell(row.route, here.cell);
  else openRoute(row.route);
}

map.addEventListener("click", (event) => pressed(event.target));
map.addEventListener("keydown", (event) => {
  const here = event.target.closest(".cell, .route");
  if (!here) return;
  if (event.key === "Enter" || event.key === " ") {
    pressed(here);
  } else if (event.key === "+" || event.key === "-") {
    resize(event.key === "+" ? 1 : -1);
    here.scrollIntoView({ block: "nearest", inline: "nearest" });
  } else {
    fill(here.closest(".row"));
    const to = nextTo(here, event.key, event.ctrlKey);
    if (!to) return;
    go(to);
  }
  event.preventDefault();
});

// Paper cannot be scrolled: a map that is wider than a page is printed as a list.
function toPaper() {
  const wide = Number(map.firstChild.getAttribute("aria-colcount")) - 1 > PAPER_COLUMNS;
  document.documentElement.classList.toggle("wide", wide);
  const rows = map.querySelectorAll(".row");
  if (!wide) return rows.forEach((row) => fill(row));
  const list = made("dl");
  rows.forEach((row) => {
    const route = data.routes[row.route];
    const told = made("dd");
    for (const cell of row.cells) {
      const column = data.columns[cell.column];
      told.append(made("span", `is-${column.category}`, `${MARKS[cell.mark]} ${column.attribute}`), " ");
    }
    list.append(made("dt", "", `${route.name} ${route.audience}`), told);
  });
  return paper.replaceChildren(list);
}

window.addEventListener("beforeprint", toPaper);
window.addEventListener("afterprint", () => paper.replaceChildren());
resize(0);
