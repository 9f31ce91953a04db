// Keys for the moderators' pages. Without this script every page works all the same.
"use strict";

const page = document.documentElement;
const says = document.querySelector("[data-says]");
const rows = [...document.querySelectorAll("[data-row]")];
let sent = false;

// Single letters get in the way of some people's speech control; they can be switched off.
const keysAreOff = () => localStorage.getItem("keys") === "off";

const element = (name, ...children) => {
  const made = document.createElement(name);
  made.append(...children);
  return made;
};

const move = (step) => {
  const at = rows.indexOf(document.activeElement);
  const next = Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[next].focus();
  rows[next].closest("li").scrollIntoView({ block: "nearest" });
  says.textContent = `${next + 1} of ${rows.length}`;
};

const help = () => {
  const keys = [...document.querySelectorAll("[data-key]")].map((one) => [one.dataset.key.split(" "), one.dataset.label]);
  if (rows.length) keys.push([["j", "k"], "Down, up the list"], [["Enter"], "Open the comment"]);
  const list = element("dl");
  for (const [names, label] of keys) {
    const shown = names.map((name) => element("kbd", name.length === 1 ? name.toUpperCase() : name));
    list.append(element("dt", ...shown), element("dd", label));
  }
  const box = element("input");
  box.type = "checkbox";
  box.checked = !keysAreOff();
  box.addEventListener("change", () => {
    localStorage.setItem("keys", box.checked ? "on" : "off");
    show("on");
  });
  const close = element("button", "Close");
  close.autofocus = true;
  close.addEventListener("click", () => dialog.close());
  const heading = element("h2", "Keys on this page");
  heading.id = "keys";
  const dialog = element("dialog", heading, list, element("label", box, "Use single-letter keys"), close);
  dialog.setAttribute("aria-labelledby", "keys");
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
};

// What the stylesheet looks at, and the handler below: the keys are shown at once and work when "on".
const show = (state) => {
  if (keysAreOff()) page.removeAttribute("data-keys");
  else page.dataset.keys = state;
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.altKey || event.metaKey || event.repeat || sent) return;
  if (document.querySelector("dialog[open]")) return;
  if (page.dataset.keys !== "on" && event.key !== "?") return;
  const key = event.key.toLowerCase();
  const step = { j: 1, k: -1 }[key];
  const found = document.querySelector(`[data-key~="${CSS.escape(key)}"]`);
  if (found) found.click();
  else if (step && rows.length) move(step);
  else return;
  event.preventDefault();
});

// One submission a page: a second click, or a key pressed while the answer is under way, does nothing.
document.addEventListener("submit", (event) => {
  if (sent) return event.preventDefault();
  sent = true;
  // Not `disabled`: a disabled button's name and value would not be sent.
  event.target.setAttribute("aria-busy", "true");
});

// A page that the browser took from its memory shows what was; ask for what is.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

document.querySelector("[data-help]")?.addEventListener("click", help);

// Nobody reads a comment in a quarter of a second: a key that early was meant for the page before.
show("early");
setTimeout(() => show("on"), 250);
