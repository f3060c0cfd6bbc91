// A long menu shows where one is; one that was opened on a narrow window stands beside the page in a
// wide one.

const here = document.querySelector("#menu [aria-current]");
if (here) {
  // Not `scrollIntoView`, after which the Tab key would begin here and not at the page's start.
  const list = here.closest("nav");
  const below = here.getBoundingClientRect().bottom - list.getBoundingClientRect().bottom;
  if (below > 0) list.scrollTop += below;
}

matchMedia("(min-width: 60rem)").addEventListener("change", () => {
  document.getElementById("menu")?.hidePopover();
});
