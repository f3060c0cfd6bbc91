// A long menu shows where one is; one that was opened on a narrow window stands beside the page in a
// wide one.

document.querySelector("#menu [aria-current]")?.scrollIntoView({ block: "nearest" });

matchMedia("(min-width: 60rem)").addEventListener("change", () => {
  document.getElementById("menu")?.hidePopover();
});
