// Focus is never lost in a swap: a list goes on with its next row, a form with its first mistake,
// anything else with its heading.

const places = new WeakMap(); // request -> place of the pressed button among its like
const held = new WeakSet(); // requests whose swap takes away the focused element

const nexts = () => [...document.querySelectorAll("[data-focus-next]")];

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const button = ctx.request.submitter ?? ctx.sourceElement;
  if (button.matches("[data-focus-next]")) places.set(ctx, nexts().indexOf(button));
  if (ctx.sourceElement.contains(document.activeElement)) held.add(ctx);
});

document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  if (ctx.target?.contains(document.activeElement) && ctx.target !== document.body) held.add(ctx);
});

function go(ctx) {
  const rest = nexts();
  const next = places.has(ctx) && rest[Math.min(places.get(ctx), rest.length - 1)];
  (next || document.querySelector("h1[tabindex]"))?.focus({ preventScroll: !next });
}

const wrong = () => document.querySelector("main [aria-invalid=true], main .form-errors");

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const formShown = ctx.response?.status === 422 || ctx.target?.id === "main"; // allauth answers 200
  if (formShown && wrong()) return wrong().focus();
  const lost = !document.activeElement || document.activeElement === document.body;
  if (lost && (held.has(ctx) || places.has(ctx)) && ctx.swap !== "none") go(ctx);
});
