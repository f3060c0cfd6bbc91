// What the server has to say after an action, and what went wrong on the way.

const SHOWN_FOR = 7000;
const UNDOABLE_FOR = 20_000;
const region = document.getElementById("toasts");
const reported = new WeakMap(); // polling element -> status already complained of

function dismissible(toast) {
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet small";
  close.setAttribute("aria-label", region.dataset.close);
  close.textContent = "×";
  close.addEventListener("click", () => toast.remove());
  toast.append(close);
  if (!toast.matches(".error, .warning")) fade(toast);
}

function fade(toast) {
  setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) fade(toast);
    else toast.remove();
  }, toast.querySelector("form") ? UNDOABLE_FOR : SHOWN_FOR);
}

function show(text, kind = "info", requestId = "") {
  const toast = document.createElement("div");
  const words = document.createElement("span");
  toast.className = `toast ${kind}`;
  words.textContent = text;
  if (requestId) {
    const id = document.createElement("small");
    id.className = "request-id";
    id.textContent = requestId;
    words.append(id);
  }
  toast.append(words);
  dismissible(toast);
  region.append(toast);
}

function explain(status) {
  if (status === 403) return region.dataset.forbidden;
  if (status === 404 || status === 410) return region.dataset.missing;
  if (status === 429) return region.dataset.busy;
  return region.dataset.failed;
}

region.querySelectorAll(".toast").forEach(dismissible);

document.addEventListener("toast", ({ detail }) => {
  for (const { text, kind } of detail.items ?? [{ text: detail.value ?? detail.text, kind: detail.kind }]) {
    show(text, kind);
  }
});

function once(source, failure) {
  if (reported.get(source) === failure) return false;
  if (source.matches("[data-live]")) reported.set(source, failure);
  return true;
}

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  const { status, headers } = ctx.response;
  const explained = (ctx.hx.trigger ?? "").includes('"toast"');
  if (status === 422 || explained || !once(ctx.sourceElement, status)) return;
  show(explain(status), "error", headers.get("X-Request-ID") ?? "");
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.response.status < 400) reported.delete(ctx.sourceElement);
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (!ctx || ctx.response || !once(ctx.sourceElement, "offline")) return;
  show(region.dataset.offline, "error");
});
