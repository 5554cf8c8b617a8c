// Narrows when one stops typing. `search`, `filters` and `narrow` are the page's own.
let waiting = 0;
search.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(narrow, 150);
});
filters.addEventListener("change", narrow);
filters.addEventListener("reset", () => setTimeout(narrow));
filters.addEventListener("submit", (event) => event.preventDefault());

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, select, dialog")) {
    event.preventDefault();
    search.focus();
  }
});
