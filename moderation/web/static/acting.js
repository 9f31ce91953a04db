// An act goes on by itself, step by step, until it is done or stopped.

const step = document.querySelector("[data-goes-on]");
let stopped = false;

document.querySelector("[data-stops]")?.addEventListener("click", () => {
  stopped = true;
});

setTimeout(() => stopped || step?.requestSubmit(), 150);
