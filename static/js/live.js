// Polling is for people who look: none in a hidden tab, seldom when nobody touches the page, and
// nothing that somebody has in hand is taken away. What changed is told to those who can't see it.

const IDLE_AFTER = 60_000;
const IDLE_EVERY = 15_000;
const polled = new WeakMap(); // element -> when
const missed = new WeakSet(); // elements that were sent something they don't show
const said = new WeakMap(); // element -> its newest words
const region = document.getElementById("said");
let touched = Date.now();

for (const sign of ["pointerdown", "pointermove", "keydown", "scroll"]) {
  addEventListener(sign, () => (touched = Date.now()), { passive: true, capture: true });
}

function isChanged(field) {
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (field.matches("select")) return [...field.options].some((one) => one.selected !== one.defaultSelected);
  return field.type !== "hidden" && field.value !== field.defaultValue;
}

// A select without a chosen option shows its first: that is nobody's doing.
const isTouched = (field) =>
  field === document.activeElement || (isChanged(field) && !(field.matches("select") && field.selectedIndex === 0));

const isInHand = (element) => [...element.querySelectorAll("input, select, textarea")].some(isTouched);

function may(element) {
  const now = Date.now();
  if (document.hidden || isInHand(element)) return false;
  if (now - touched > IDLE_AFTER && now - (polled.get(element) ?? 0) < IDLE_EVERY) return false;
  polled.set(element, now);
  return true;
}

const isPoll = ({ sourceElement, sourceEvent }) =>
  sourceElement?.matches?.("[data-live]") && sourceEvent?.type === "every";

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  if (!isPoll(ctx)) return;
  if (!may(ctx.sourceElement)) return event.preventDefault();
  if (missed.delete(ctx.sourceElement)) delete ctx.request.headers["HX-PTag"];
});

// Somebody began to type while the answer was on its way.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (!isPoll(ctx) || !isInHand(ctx.sourceElement)) return;
  missed.add(ctx.sourceElement);
  event.preventDefault();
});

// What somebody has opened to read stays open.
document.addEventListener("htmx:before:morph:attr", (event) => {
  if (event.target.matches("details") && event.detail.attrName === "open") event.preventDefault();
});

function tell(element) {
  const words = element.dataset.say ?? "";
  if (said.get(element) === words) return;
  said.set(element, words);
  if (region) region.textContent = words;
}

document.querySelectorAll("[data-live]").forEach((element) => said.set(element, element.dataset.say ?? ""));
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.sourceElement?.isConnected && said.has(ctx.sourceElement)) tell(ctx.sourceElement);
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  touched = Date.now();
  document.querySelectorAll("[data-live]").forEach((element) => htmx.trigger(element, "every"));
});
