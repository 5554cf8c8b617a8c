"use strict";

// Text from a result is only ever put in as text, never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const MARKS = { proven: "●", suspected: "◐", agreed: "○", unknown: "?", refuted: "×", leaves: "·" };
const WORDS = { leaves: "leaves, no finding" };

function made(name, className, text) {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function drawn(name, attributes, text) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

// A sentence with its names, which stand in backticks, as code.
function prose(name, className, text) {
  const node = made(name, className);
  const parts = text.split("`");
  if (parts.length % 2 === 0) node.textContent = text;
  else parts.forEach((part, nth) => node.append(nth % 2 ? made("code", "", part) : part));
  return node;
}

function place(one) {
  return one.line ? `${one.path}:${one.line}` : one.path;
}

const cellsOf = data.routes.map(() => []);
for (const [route, column, mark, findings] of data.cells) {
  cellsOf[route].push({ column, mark, findings });
}
