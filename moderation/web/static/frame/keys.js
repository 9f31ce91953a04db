// Keys: those that links and buttons of the page name, those of lists, and the list of all of them.
import { say, words } from "./saying.js";
import { isLeaving } from "./sending.js";

const page = document.documentElement;
const dialog = document.querySelector("dialog.keys");
const rows = [...document.querySelectorAll("[data-row]")];

// Single letters get in the way of some people's speech control; they can be switched off.
const keysAreOff = () => localStorage.getItem("keys") === "off";

// What the stylesheet looks at, and the handler below: the keys are shown at once and work when "on".
const show = (state) => {
  if (keysAreOff()) page.removeAttribute("data-keys");
  else page.dataset.keys = state;
};

const rowWithFocus = () => document.activeElement.closest("li")?.querySelector("[data-row]");

const move = (step) => {
  const next = Math.min(Math.max(rows.indexOf(rowWithFocus()) + step, 0), rows.length - 1);
  const row = rows[next];
  row.focus();
  row.closest("li").scrollIntoView({ block: "nearest" });
  const what = row.dataset.said ?? row.textContent.trim();
  say(words.place.replace("{place}", next + 1).replace("{count}", rows.length).replace("{what}", () => what));
};

const boxOf = (row) => row?.closest("li").querySelector("input[type=checkbox]");

const select = (box) => {
  box.click();
  say(box.checked ? words.on : words.off);
};

// What a key does in a list; undefined where there is nothing to do.
const inList = (key) => {
  if (key === "j" || key === "k") return rows.length ? () => move(key === "j" ? 1 : -1) : undefined;
  const row = rowWithFocus();
  if (key === "o" && row) return () => row.click();
  const box = key === "x" && boxOf(row);
  return box ? () => select(box) : undefined;
};

const named = (name) => {
  const key = document.createElement("kbd");
  key.textContent = name.length === 1 ? name.toUpperCase() : name;
  return key;
};

const list = (one) => {
  const group = one.closest("header, .notice") ? "everywhere" : "page";
  const section = dialog.querySelector(`[data-group=${group}]`);
  const [keys, label] = [document.createElement("dt"), document.createElement("dd")];
  keys.append(...one.dataset.key.split(" ").map(named));
  label.textContent = one.dataset.label;
  section.querySelector("dl").append(keys, label);
  section.hidden = false;
};

const help = () => {
  for (const filled of dialog.querySelectorAll("[data-group=page] dl, [data-group=everywhere] dl")) filled.replaceChildren();
  document.querySelectorAll("[data-key]").forEach(list);
  dialog.querySelector("[data-group=list]").hidden = !rows.length;
  for (const part of dialog.querySelectorAll("[data-selects]")) part.hidden = !rows.some(boxOf);
  dialog.querySelector("[data-switch]").checked = !keysAreOff();
  dialog.showModal();
};

const isTyping = (target) =>
  target.closest?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=submit], [type=button])");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
  if (isLeaving() || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (page.dataset.keys !== "on" && event.key !== "?") return;
  const key = event.key.toLowerCase();
  const found = document.querySelector(`[data-key~="${CSS.escape(key)}"]`);
  const act = found ? () => found.click() : inList(key);
  if (!act) return;
  act();
  event.preventDefault();
});

dialog.querySelector("[data-switch]").addEventListener("change", (event) => {
  localStorage.setItem("keys", event.target.checked ? "on" : "off");
  show("on");
});

document.querySelector("[data-help]")?.addEventListener("click", help);

// Nobody reads a comment in a quarter of a second: a key that early was meant for the page before.
show("early");
setTimeout(() => show("on"), 250);
