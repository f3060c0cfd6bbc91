// Signing in as one of the demo people takes one click.

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-demo-email]");
  if (!button) return;
  const form = document.querySelector("form[data-sign-in]");
  form.elements.login.value = button.dataset.demoEmail;
  form.elements.password.value = button.dataset.demoPassword;
  form.querySelector("button").focus();
});
