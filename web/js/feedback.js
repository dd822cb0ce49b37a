/** Whether an answer helped, stored by the service with the answer at the first press; why is asked for after it. */

import { post } from "./api.js";
import { button, el, input } from "./dom.js";
import { toast } from "./toast.js";
import { words } from "./words.js";

/** @import { Answer, Rating } from "./types.js" */
let made = 0;

/**
 * @param {Answer} answer
 * @param {HTMLElement} place where the question for a reason appears
 * @param {Rating | null} rated as it was given before
 * @returns {HTMLButtonElement[]}
 */
export function feedback(answer, place, rated) {
	/** @param {string} name @param {string} label @param {Rating} rating */
	const thumb = (name, label, rating) =>
		button({ icon: name, text: label, props: { "aria-pressed": String(rating === rated) }, press: (event) => {
			const pressed = event.currentTarget;
			for (const one of thumbs) one.setAttribute("aria-pressed", String(one === pressed));
			rate(pressed, answer, rating, null);
			place.replaceChildren(reasonForm(answer, rating, pressed));
			place.querySelector("input")?.focus();
		} });
	const thumbs = [thumb("good", words.feedback.good, "up"), thumb("poor", words.feedback.poor, "down")];
	return thumbs;
}

/** @param {Answer} answer @param {Rating} rating @param {HTMLElement} thumb */
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
		if (!(await rate(form, answer, rating, why.value.trim() || null))) return;
		form.remove();
		thumb.focus();
		toast(words.feedback.thanks);
	});
	return form;
}

/** @param {Element} from @param {Answer} answer @param {Rating} rating @param {string | null} reason */
async function rate(from, answer, rating, reason) {
	try {
		await post("/api/feedback", { answer_id: answer.id, rating, reason });
		return true;
	} catch (error) {
		from.dispatchEvent(new CustomEvent("problem", { bubbles: true, detail: error }));
		return false;
	}
}
