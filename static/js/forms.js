// A form that acts is asked for confirmation if it says so, is sent once, and shows that it is busy.

const dialog = document.getElementById("confirm");
const busy = new WeakSet();
const confirmed = new WeakSet();

// A form with several buttons asks for each in its own words, or not at all.
const asking = (form, submitter) => (submitter?.dataset.confirm ? submitter : form).dataset;

// What is lacking, the server refuses and says so: there is nothing to confirm.
const isNeeded = (field, submitter) => field.required || field.name === submitter?.dataset.needs;
const isUnticked = (form) =>
  form.elements.scope?.value === "selected" && !form.querySelector("[name=letter]:checked");
const lacks = (form, submitter) =>
  isUnticked(form) ||
  [...form.elements].some((field) => isNeeded(field, submitter) && !field.value.trim());

// The second of two quick clicks on "yes" would fall on whatever lies beneath the dialog.
const DOUBLE_CLICK = 500;
const NEAR = 8;

function catchSecond(click) {
  const until = click.timeStamp + DOUBLE_CLICK;
  const catching = (next) => {
    const near = Math.hypot(next.clientX - click.clientX, next.clientY - click.clientY) < NEAR;
    if (near && next.detail && next.timeStamp < until) stop(next);
    removeEventListener("click", catching, true);
  };
  addEventListener("click", catching, true);
}

dialog?.querySelector("[value=yes]").addEventListener("click", (click) => {
  if (click.detail) catchSecond(click); // 0 where a key was pressed, which falls on nothing
});

function ask(form, submitter) {
  const [title, text, yes] = [
    dialog.querySelector("#confirm-title"),
    dialog.querySelector("#confirm-text"),
    dialog.querySelector("[value=yes]"),
  ];
  const words = asking(form, submitter);
  title.textContent = words.confirmTitle ?? title.dataset.default;
  text.textContent = words.confirm;
  yes.textContent = words.confirmLabel ?? yes.dataset.default;
  yes.classList.toggle("danger", submitter?.classList.contains("danger") ?? false);
  dialog.returnValue = "";
  dialog.addEventListener(
    "close",
    () => {
      if (dialog.returnValue !== "yes") return submitter?.focus();
      confirmed.add(form);
      form.requestSubmit(submitter);
    },
    { once: true },
  );
  dialog.showModal();
}

function work(form, submitter) {
  busy.add(form);
  (submitter ?? form.querySelector("button"))?.setAttribute("aria-busy", "true");
}

function rest(form) {
  busy.delete(form);
  form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

// Capturing, so that it comes before htmx's own listener on the form.
document.addEventListener(
  "submit",
  (event) => {
    const { target: form, submitter } = event;
    if (form.method !== "post") return;
    if (busy.has(form)) return stop(event);
    if (asking(form, submitter).confirm && dialog && !confirmed.delete(form) && !lacks(form, submitter)) {
      stop(event);
      return ask(form, submitter);
    }
    work(form, submitter);
  },
  true,
);

// What is not filled in need not stand in the address.
document.addEventListener("formdata", ({ target: form, formData }) => {
  if (!("tidy" in form.dataset)) return;
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const form = ctx.request.form ?? ctx.sourceElement?.closest?.("form");
  if (form && !ctx.keepIndicators) rest(form);
});

// Back button: the page is as it was left, its buttons must work again.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) document.querySelectorAll("form").forEach(rest);
});
