// A sum that changes while somebody looks shows that it did.

const shown = new Map(); // id -> what it said

const figures = () => document.querySelectorAll("[data-figure]");

document.addEventListener("htmx:before:swap", () => {
  for (const figure of figures()) shown.set(figure.id, figure.textContent);
});

document.addEventListener("htmx:after:swap", () => {
  for (const figure of figures()) {
    const before = shown.get(figure.id);
    if (before === undefined || before === figure.textContent) continue;
    figure.classList.remove("changed");
    requestAnimationFrame(() => figure.classList.add("changed"));
  }
});

document.addEventListener("animationend", ({ target }) => target.classList.remove("changed"));
