/** Short notes at the foot of the page, said in the live region too; one may offer an action, such as undo. */

import { button, byId, el } from "./dom.js";
import { say } from "./live.js";

const TIME = 4500;

/**
 * @param {string} text
 * @param {{ action?: string, press?: () => void, after?: () => void, time?: number, focus?: boolean }} [options]
 *   `after` runs when the time is over without a press; with `focus` the action can be pressed at once
 * @returns {() => void} ends the time now
 */
export function toast(text, { action, press, after, time = TIME, focus = false } = {}) {
	const node = el("div", { class: "toast" }, el("p", {}, text));
	let open = true;
	const close = () => {
		const focused = node.contains(document.activeElement);
		open = false;
		node.remove();
		if (focused) byId("main").focus();
	};
	const end = () => {
		if (!open) return;
		close();
		after?.();
	};
	if (action) {
		node.append(button({ text: action, class: "toast-action", press: () => {
			close();
			press?.();
		} }));
	}
	byId("toasts").append(node);
	say(text);
	if (focus) node.querySelector("button")?.focus();
	// Whoever is on it with pointer or keyboard has all the time they need.
	const wait = () => setTimeout(() => (node.matches(":hover, :has(:focus-visible)") ? wait() : end()), time);
	wait();
	return end;
}
