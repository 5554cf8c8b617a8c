"use strict";

// The list stands in the page; this only hides and orders what is there.
const filters = document.getElementById("filters");
const search = document.getElementById("search");
const list = document.getElementById("list");
const rows = list ? [...list.rows] : [];
const SEVERAL = ["found", "codes", "kinds"];

function fits(row, want) {
  return ["grade", "ending"].every((key) => !want[key] || row.dataset[key] === want[key])
    && SEVERAL.every((key) => !want[key] || row.dataset[key].split(" ").includes(want[key]))
    && (!want.text || row.dataset.text.includes(want.text));
}

const ORDERS = {
  name: (a, b) => a.dataset.name.localeCompare(b.dataset.name),
  findings: (a, b) => b.dataset.findings - a.dataset.findings,
  routes: (a, b) => b.dataset.routes - a.dataset.routes,
};

let placed = "";

function narrow() {
  const want = { ...Object.fromEntries(new FormData(filters)), text: search.value.trim().toLowerCase() };
  let left = 0;
  for (const row of rows) {
    row.hidden = !fits(row, want);
    left += row.hidden ? 0 : 1;
  }
  if (want.order !== placed) {
    // Rows that stay where they are: one that moved under a pressed link would swallow the click.
    list?.append(...(want.order ? [...rows].sort(ORDERS[want.order]) : rows));
    placed = want.order;
  }
  const all = Object.entries(want).every(([key, value]) => key === "order" || !value);
  document.getElementById("narrowed").textContent = all ? "" : `${left} of ${rows.length} services fit.`;
  const none = document.getElementById("none");
  if (none) none.hidden = left > 0;
}
