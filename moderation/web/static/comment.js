// Show what is blurred on the comment's page without asking for the page again.

const reveal = document.querySelector("[data-reveal]");

reveal?.addEventListener("click", (event) => {
  event.preventDefault();
  for (const one of document.querySelectorAll("[data-veil]")) {
    one.classList.remove("veil");
    one.removeAttribute("aria-hidden");
  }
  for (const one of document.querySelectorAll("[data-veiled]")) one.remove();
  // The focus must not vanish with the control.
  const heading = document.querySelector("main h1");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  reveal.remove();
});
