// The way back leads to the list as it was left: filters, order, page.

const from = document.referrer && new URL(document.referrer);

for (const crumb of document.querySelectorAll(".crumbs a")) {
  if (from && crumb.origin === from.origin && crumb.pathname === from.pathname) crumb.href = from;
}
