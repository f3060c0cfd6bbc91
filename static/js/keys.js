// One key does what the hand would go to the mouse for. Elements say their own key: data-key="c", or
// data-key="g t" for two in a row. Rows are walked by the link or button that they have anyway.

const WAIT = 1500; // ms for the second of two keys
const list = document.getElementById("keys");
const opener = document.querySelector("[data-open=keys]");
let first = "";
let until = 0;

// Whoever types Cyrillic has the same keys under the same fingers.
function keyOf({ key, code, shiftKey }) {
  if (/^\p{Script=Cyrillic}$/u.test(key) && code.startsWith("Key")) return code.slice(3).toLowerCase();
  if (code === "Slash" && (key === "." || key === ",")) return shiftKey ? "?" : "/";
  return key;
}

const isTyping = (element) =>
  element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio])");

const rows = () => [...document.querySelectorAll("main .rows tbody tr")].filter((row) => handle(row));
const rowOf = (element) => element?.closest("main .rows tbody tr");
const handle = (row) => row.querySelector(".main a, a, button");

function walk(step) {
  const all = rows();
  const here = all.indexOf(rowOf(document.activeElement));
  const next = here < 0 ? all.at(step > 0 ? 0 : -1) : all[here + step];
  if (next) handle(next).focus();
  next?.scrollIntoView({ block: "nearest" });
}

function complete() {
  const row = rowOf(document.activeElement);
  (row ?? document).querySelector("[data-focus-next], [data-complete]")?.click();
}

function search() {
  const field = document.querySelector("main input[type=search]");
  field?.focus();
  field?.select();
}

// Beside the keys of every page the list has those that only this page knows.
function show() {
  const here = list.querySelector("[data-here]");
  here.replaceChildren(...[...document.querySelectorAll("main [data-key]")].map(line));
  list.showModal();
}

function line(element) {
  const [row, key, words] = ["div", "dt", "dd"].map((name) => document.createElement(name));
  for (const letter of element.dataset.key.split(" ")) {
    key.append(Object.assign(document.createElement("kbd"), { textContent: letter }), " ");
  }
  words.textContent = element.getAttribute("aria-label") ?? element.textContent.trim();
  row.append(key, words);
  return row;
}

const DEEDS = {
  "/": search,
  "?": show,
  j: () => walk(1),
  k: () => walk(-1),
  e: complete,
  x: () => rowOf(document.activeElement)?.querySelector("input[type=checkbox]")?.click(),
};

function press(key) {
  const pair = Date.now() < until ? `${first} ${key}` : key;
  first = "";
  until = 0;
  const own = document.querySelector(`[data-key="${CSS.escape(pair)}"]`);
  if (own) own.click();
  else if (DEEDS[pair]) DEEDS[pair]();
  else if (document.querySelector(`[data-key^="${CSS.escape(key)} "]`)) [first, until] = [key, Date.now() + WAIT];
  else return false;
  return true;
}

function hear(event) {
  const { target, ctrlKey, metaKey, altKey, repeat, defaultPrevented } = event;
  if (event.key === "Escape" && target.matches("input[type=search]")) return target.blur();
  if (ctrlKey || metaKey || altKey || defaultPrevented || event.key.length !== 1) return;
  if (isTyping(target) || document.querySelector("dialog[open]")) return;
  const key = keyOf(event);
  if (repeat && key !== "j" && key !== "k") return;
  if (press(key)) event.preventDefault();
}

if (list) {
  opener.hidden = false;
  opener.addEventListener("click", show);
  if (!("keysOff" in list.dataset)) document.addEventListener("keydown", hear);
}
