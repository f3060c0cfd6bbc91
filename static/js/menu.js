// A menu that was opened on a narrow window stands beside the page in a wide one.

matchMedia("(min-width: 60rem)").addEventListener("change", () => {
  document.getElementById("menu")?.hidePopover();
});
