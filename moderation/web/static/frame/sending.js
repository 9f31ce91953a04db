// One way off a page: a second click, or a key pressed while the answer is under way, does nothing.

const ACTED = "acted";
let left = false;

export const isLeaving = () => left;

const leave = () => {
  left = true;
  sessionStorage.setItem(ACTED, "yes");
};

// Whether the page before this one was left by an act; told once.
export const hasActed = () => {
  const acted = sessionStorage.getItem(ACTED) !== null;
  sessionStorage.removeItem(ACTED);
  return acted;
};

document.addEventListener("submit", (event) => {
  // A script took it over, or it closes a dialog: nothing is sent.
  if (event.defaultPrevented || event.target.method === "dialog") return;
  if (left) return event.preventDefault();
  leave();
  // Not `disabled`: a disabled button's name and value would not be sent.
  event.target.setAttribute("aria-busy", "true");
});

// A key that follows “skip” is meant for the next comment, not for the one that is still there.
document.addEventListener("click", (event) => {
  const opensElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!event.defaultPrevented && !opensElsewhere && event.target.closest("a[data-key], a[data-row]")) leave();
});

// A page that the browser took from its memory shows what was; ask for what is.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
