/** Short notes at the foot of the page, said in the live region too; one may offer an action, such as undo. */

import { button, byId, el } from "./dom.js";
import { say } from "./live.js";

const SHORT = 4000;

/**
 * @param {string} text
 * @param {{ action?: string, press?: () => void, after?: () => void, time?: number }} [options] `after` runs when the time is over without a press
 * @returns {() => void} ends the time now
 */
export function toast(text, { action, press, after, time = SHORT } = {}) {
  const node = el("div", { class: "toast" }, el("p", {}, text));
  let open = true;
  const end = () => {
    if (!open) return;
    open = false;
    node.remove();
    after?.();
  };
  if (action) {
    node.append(button({ text: action, class: "toast-action", press: () => {
      open = false;
      node.remove();
      press?.();
    } }));
  }
  byId("toasts").append(node);
  say(text);
  const wait = () => setTimeout(() => (node.matches(":hover, :focus-within") ? wait() : end()), time);
  wait();
  return end;
}
