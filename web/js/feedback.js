/** Whether an answer helped, and why; stored by the service with the answer. */

import { post } from "./api.js";
import { button, el, input } from "./dom.js";
import { toast } from "./toast.js";
import { words } from "./words.js";

let made = 0;

/**
 * @param {import("./types.js").Answer} answer
 * @param {HTMLElement} place where the question for a reason appears
 * @returns {HTMLButtonElement[]}
 */
export function feedback(answer, place) {
	/** @param {string} name @param {string} label @param {"up" | "down"} rating */
	const thumb = (name, label, rating) =>
		button({ icon: name, text: label, props: { "aria-pressed": "false" }, press: (event) => {
			const pressed = /** @type {HTMLElement} */ (event.currentTarget);
			for (const one of thumbs) one.setAttribute("aria-pressed", String(one === pressed));
			place.replaceChildren(reasonForm(answer, rating, pressed));
			place.querySelector("input")?.focus();
		} });
	const thumbs = [thumb("good", words.feedback.good, "up"), thumb("poor", words.feedback.poor, "down")];
	return thumbs;
}

/** @param {import("./types.js").Answer} answer @param {"up" | "down"} rating @param {HTMLElement} thumb */
function reasonForm(answer, rating, thumb) {
	const id = `reason-${++made}`;
	const why = input({ id, type: "text", maxlength: "1000" });
	const form = el(
		"form",
		{ class: "reason" },
		el("label", { for: id }, rating === "up" ? words.feedback.reasonGood : words.feedback.reason),
		why,
		el("button", { class: "primary", type: "submit" }, words.feedback.send),
	);
	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		try {
			await post("/api/feedback", { answer_id: answer.id, rating, reason: why.value.trim() || null });
			form.remove();
			thumb.focus();
			toast(words.feedback.thanks);
		} catch (error) {
			form.dispatchEvent(new CustomEvent("problem", { bubbles: true, detail: error }));
		}
	});
	return form;
}
