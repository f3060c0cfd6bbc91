// The chosen colours at once; the form tells the server, which renders them from then on.

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-theme-switch] button");
  if (!button) return;
  if (button.value === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = button.value;
  for (const other of button.parentElement.querySelectorAll("button")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
});
