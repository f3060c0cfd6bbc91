// A key that does not answer, or that somebody took away again, is no error of the page.

const region = document.getElementById("toasts");

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const items = [{ text: region.dataset.key, kind: "error" }];
  document.dispatchEvent(new CustomEvent("toast", { detail: { items } }));
  document.querySelectorAll("form [aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
});
