// Choose all comments of a page at once. Each has its own box without it.
"use strict";

const boxes = [...document.querySelectorAll('[name="chosen"]:not(:disabled)')];
const all = document.querySelector("[data-all]");

if (all && boxes.length) {
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && !all.checked;
  };
  all.closest("label").hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  for (const box of boxes) box.addEventListener("change", tell);
  // A browser that goes back remembers what was chosen.
  window.addEventListener("pageshow", tell);
  tell();
}
