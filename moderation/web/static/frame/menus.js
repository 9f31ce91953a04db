// Menus close on Escape, on a click elsewhere, and when the focus goes on.

const menus = [...document.querySelectorAll("details.drop")];

const closeBut = (target) => {
  for (const menu of menus) if (!menu.contains(target)) menu.open = false;
};

document.addEventListener("click", (event) => closeBut(event.target));
document.addEventListener("focusin", (event) => closeBut(event.target));
document.addEventListener("keydown", (event) => {
  const open = menus.find((menu) => menu.open);
  if (event.key !== "Escape" || !open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
