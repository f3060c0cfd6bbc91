// One tick for all the rows of a page.

const all = document.querySelector("[data-tick-all]");
const boxes = () => [...document.querySelectorAll("input[type=checkbox][name=letter]")];

function show() {
  const ticked = boxes().filter((box) => box.checked).length;
  all.checked = ticked > 0 && ticked === boxes().length;
  all.indeterminate = ticked > 0 && !all.checked;
}

if (all) {
  all.hidden = false;
  all.addEventListener("change", () => boxes().forEach((box) => (box.checked = all.checked)));
  document.addEventListener("change", ({ target }) => target.name === "letter" && show());
  show();
}
