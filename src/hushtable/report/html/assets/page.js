"use strict";

// Text from a result is only ever put in as text, never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const MARKS = { proven: "●", suspected: "◐", agreed: "○", unknown: "?", refuted: "×", leaves: "·" };
const WORDS = { leaves: "leaves, no finding" };


// What only a story needs is most of a large page, and is read when the first one is opened.
let stories = null;
function storyOf(number) {
  stories ??= JSON.parse(document.getElementById("stories").textContent);
  return { ...data.findings[number], ...stories[number] };
}

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

// The cells of each route, by column. Most of a large map have no finding and come as columns alone.
const NONE = [];
const cellsOf = data.routes.map((route) => {
  const cells = route.told.map(([column, mark, findings, agreed]) => ({ column, mark, findings, agreed }));
  for (const [mark, columns] of Object.entries(route.bare)) {
    const agreed = data.lock ? mark === "agreed" : null;
    for (const column of columns) cells.push({ column, mark, findings: NONE, agreed });
  }
  return cells.sort((one, other) => one.column - other.column);
});

function lockWords(agreed) {
  if (agreed === null) return [];
  return [agreed ? `agreed in ${data.lock}` : `not agreed in ${data.lock}`];
}
