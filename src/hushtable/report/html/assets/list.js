const list = document.getElementById("list");
const end = made("p", "unseen");
const MORE = 100;
let fitting = [];

function itemOf(number) {
  const one = data.findings[number];
  const item = made("li");
  const button = made("button");
  button.type = "button";
  button.dataset.finding = number;
  const message = prose("span", "message", one.message);
  if (data.changes[number] === "new") message.append(" ", made("span", "new", "new"));
  button.append(
    made("span", `severity is-${one.severity}`, one.severity), " ",
    made("span", `verdict is-${one.standing}`, one.standing), " ",
    made("span", "code", `${one.code} ${one.name}`), " ",
    message, " ",
    made("span", "place", place(one)),
  );
  item.append(button);
  return item;
}

function more(count) {
  const from = list.children.length;
  list.append(...fitting.slice(from, from + count).map(itemOf));
}

// `fit` says which findings are listed. As long as all of them are, those stay that the page came with.
let written = true;
function show(fit) {
  fitting = fit.flatMap((one, number) => (one ? [number] : []));
  if (!list || (written && fitting.length === fit.length)) return;
  written = false;
  list.replaceChildren();
  more(MORE);
}

if (list) {
  list.after(end);
  new IntersectionObserver((entries) => {
    if (entries.some((one) => one.isIntersecting)) more(MORE);
  }, { rootMargin: "1200px" }).observe(end);
  window.addEventListener("beforeprint", () => more(fitting.length));
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const here = event.target.closest("li");
    if (!step || !here) return;
    event.preventDefault();
    if (step > 0 && !here.nextElementSibling) more(MORE);
    (step > 0 ? here.nextElementSibling : here.previousElementSibling)?.querySelector("button").focus();
  });
}
