// Whoever left the page before by an act is put at the heading of the one that follows.
import { say } from "./saying.js";
import { hasActed } from "./sending.js";

if (hasActed()) {
  // The page itself may put it elsewhere, such as in a field to fill in, and may be about to.
  if (document.activeElement === document.body && !document.querySelector("main [autofocus]")) {
    const place = document.querySelector("main h1") ?? document.querySelector("main");
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }
  const told = [...document.querySelectorAll(".notice [role=status], .messages p")];
  // A moment later: what changes while a page loads is not read out.
  setTimeout(() => say(told.map((one) => one.textContent.trim()).join(" ")), 250);
}
