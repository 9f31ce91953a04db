// A page on what is under way asks for itself again, but not while somebody is at one of its controls.

const isAtControl = () => document.activeElement?.matches("a, button, summary");

setInterval(() => isAtControl() || location.reload(), 2000);
