// What every page does with a script. Without it every page works all the same.
import "./frame/keys.js";
import "./frame/menus.js";
import "./frame/sending.js";
import "./frame/arriving.js";
