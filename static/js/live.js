// Polling is for people who look: none in a hidden tab, seldom when nobody touches the page.

const IDLE_AFTER = 60_000;
const IDLE_EVERY = 15_000;
const polled = new WeakMap();
let touched = Date.now();

for (const sign of ["pointerdown", "pointermove", "keydown", "scroll"]) {
  addEventListener(sign, () => (touched = Date.now()), { passive: true, capture: true });
}

function may(element) {
  const now = Date.now();
  if (document.hidden) return false;
  if (now - touched > IDLE_AFTER && now - (polled.get(element) ?? 0) < IDLE_EVERY) return false;
  polled.set(element, now);
  return true;
}

document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, sourceEvent } = event.detail.ctx;
  if (!sourceElement.matches("[data-live]") || sourceEvent?.type !== "every") return;
  if (!may(sourceElement)) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  touched = Date.now();
  document.querySelectorAll("[data-live]").forEach((element) => htmx.trigger(element, "every"));
});
