// What tests ask of a page of the console. Loaded before the page, out of reach of its policy.
"use strict";

// Says which rule of the content security policy was broken, as the browser does not in all cases.
document.addEventListener("securitypolicyviolation", (event) =>
  console.error("policy", event.violatedDirective, event.blockedURI));

const looking = {
  said: (one) => one.outerHTML.slice(0, 160),

  // Everything by which words of strangers could become code, and what no page of ours needs.
  foreign(page = document) {
    const found = [...page.querySelectorAll("script:not([src]), style, iframe, frame, object, embed, base, math")];
    const problems = found.map(this.said);
    for (const one of page.querySelectorAll("*")) {
      for (const { name, value } of one.attributes) {
        if (name.startsWith("on") || name === "style" || name === "srcdoc") problems.push(this.said(one));
        if (!["href", "src", "action", "formaction", "xlink:href", "data", "poster"].includes(name)) continue;
        const { protocol, origin } = new URL(value, location);
        const leavesByItself = origin !== location.origin && !one.matches("a");
        if (leavesByItself || !/^https?:$/.test(protocol)) problems.push(this.said(one));
      }
    }
    return problems;
  },

  // A page that was asked for, but is not shown.
  parsed: (text) => new DOMParser().parseFromString(text, "text/html"),

  async axe(options) {
    const { violations } = await axe.run(document, options);
    return violations.flatMap((one) => one.nodes.map((node) =>
      `${one.id}: ${node.target.join(" ")}: ${node.failureSummary.replaceAll("\n", " ")}`));
  },

  // Opens what can be opened in the page itself; of menus, one is open at a time.
  unfold() {
    for (const one of document.querySelectorAll("main details")) one.open = true;
  },

  // What makes the page scroll sideways.
  stickingOut() {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.querySelectorAll("body *")]
      .filter((one) => one.getBoundingClientRect().right > clientWidth + 1)
      .filter((one) => one.checkVisibility({ contentVisibilityAuto: true }) && !this.isWithinScroller(one))
      .map((one) => `to ${Math.round(one.getBoundingClientRect().right)}: ${this.said(one)}`).slice(-3);
  },

  // Whether something around it scrolls by itself, or cuts it off.
  isWithinScroller(one) {
    if (one.parentElement === document.body) return false;
    return getComputedStyle(one.parentElement).overflowX !== "visible" || this.isWithinScroller(one.parentElement);
  },

  // Controls are 24 pixels wide and high at least; a box to tick is as large as its label.
  tooSmall() {
    const controls = "button, summary, select, textarea, input:not([type=hidden]), .button, nav a, [data-key]";
    return [...document.querySelectorAll(controls)]
      .filter((one) => one.checkVisibility({ visibilityProperty: true }))
      .map((one) => (one.matches("[type=checkbox], [type=radio]") && one.labels[0]) || one)
      .filter((one) => Math.min(one.getBoundingClientRect().width, one.getBoundingClientRect().height) < 24)
      .map((one) => `too small: ${this.said(one)}`);
  },

  // Forms that a browser without scripts cannot send.
  unsendable: () => [...document.forms]
    .filter((form) => ![...form.elements].some((one) => one.type === "submit"))
    .map(looking.said),

  // Sends the form whose address ends so, with what is typed, which the page itself might hold back.
  send(action, typed) {
    const form = [...document.forms].find((one) => one.method === "post" && one.getAttribute("action").endsWith(action));
    for (const [name, value] of Object.entries(typed)) form.elements[name].value = value;
    form.noValidate = true;
    // As a click does: the button's own name is sent as well, and of several it is the last.
    form.requestSubmit([...form.elements].filter((one) => one.type === "submit" && one.value !== "reset").at(-1));
  },

  // Begins to note what gets the focus; returns how often the Tab key leads on.
  followFocus() {
    // From the top, also where the page puts the focus into a field.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    this.met = [];
    document.addEventListener("focusin", ({ target }) => {
      const { bottom, top, height } = target.getBoundingClientRect();
      const isInSight = height > 0 && top < innerHeight && bottom > 0;
      this.met.push({ element: target, isInSight, isSeen: this.isOutlined(target) });
    });
    this.reachable = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
      .filter((one) => one.tabIndex >= 0 && !one.disabled && one.type !== "hidden")
      .filter((one) => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }))
      .filter((one) => this.isFirstOfItsKind(one));
    // A day is typed into three places of its field, and chosen at a fourth.
    return this.reachable.length + 3 * this.reachable.filter((one) => one.type === "date").length;
  },

  // Of boxes of which one is chosen, the keyboard meets that one, and the arrows lead on.
  isFirstOfItsKind(one) {
    if (one.type !== "radio") return true;
    const all = [...document.getElementsByName(one.name)].filter((other) => other.form === one.form);
    return one === (all.find((other) => other.checked) ?? all[0]);
  },

  // By itself, or by the row or the label that stands for it.
  isOutlined: (one) => [one, one.closest("li, label") ?? one].some((shown) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(shown);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  }),

  // What the keyboard did not meet in its turn, or where one does not see that it did.
  unmet() {
    return this.reachable.flatMap((one, index) => {
      const met = this.met[index];
      if (met?.element !== one) return [`not reached in its turn: ${this.said(one)}`];
      if (!met.isSeen) return [`no sign of the focus: ${this.said(one)}`];
      return met.isInSight ? [] : [`focused out of sight: ${this.said(one)}`];
    }).slice(0, 3);
  },
};
window.looking = looking;
