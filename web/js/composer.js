/** The question box: Enter asks, Shift and Enter start a new line; the limit shows when it comes near. */

import { count } from "./codepoints.js";
import { el, icon } from "./dom.js";
import { words } from "./words.js";

const LIMIT = 4000;
const NEAR = 400;
const GROWS = CSS.supports("field-sizing", "content");

export class Composer {
	#limit = el("p", { class: "limit", id: "question-limit" });
	#text = el("textarea", { id: "question", rows: "1", placeholder: words.ask.placeholder, "aria-describedby": "question-hint question-limit", autocomplete: "off" });
	#send = el("button", { type: "submit", class: "send" });
	#label = el("label", { for: "question" }, words.ask.label);
	#busy = false;

	/**
	 * @param {{ ask: (question: string) => void, stop: () => void, typed: () => void }} actions
	 * @param {Node} preview @param {Node} filters
	 */
	constructor(actions, preview, filters) {
		this.actions = actions;
		this.element = el(
			"form",
			{ class: "composer" },
			preview,
			el("div", { class: "composer-box" }, this.#label, this.#text, el("div", { class: "composer-foot" }, filters, this.#limit, this.#send)),
			el("p", { class: "hint", id: "question-hint" }, words.ask.hint),
		);
		this.element.addEventListener("submit", (event) => {
			event.preventDefault();
			this.#submit();
		});
		this.#text.addEventListener("keydown", (event) => {
			// An Enter that ends the composition of a character is not for us.
			if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
			event.preventDefault();
			if (!this.#busy) this.#submit();
		});
		this.#text.addEventListener("input", () => this.#changed());
		this.busy = false;
		this.#changed();
	}

	get text() {
		return this.#text.value;
	}

	/** @param {string} text */
	set text(text) {
		this.#text.value = text;
		this.#changed();
	}

	/** @param {boolean} busy */
	set busy(busy) {
		this.#busy = busy;
		const name = busy ? words.ask.stop : words.ask.send;
		this.#send.replaceChildren(icon(busy ? "stop" : "up"), el("span", {}, name));
		this.#send.classList.toggle("stop", busy);
	}

	/** @param {boolean} more whether there is a conversation to follow up on */
	set following(more) {
		this.#text.placeholder = more ? words.ask.followUp : words.ask.placeholder;
	}

	focus() {
		this.#text.focus();
		this.#text.setSelectionRange(this.#text.value.length, this.#text.value.length);
	}

	#submit() {
		if (this.#busy) return this.actions.stop();
		const question = this.#text.value.trim();
		if (!question || count(question) > LIMIT) return this.#text.focus();
		this.text = "";
		this.actions.ask(question);
	}

	#changed() {
		const left = LIMIT - count(this.#text.value.trim());
		this.#limit.textContent = left <= NEAR ? words.ask.left(left) : "";
		this.#limit.classList.toggle("over", left < 0);
		this.#text.setAttribute("aria-invalid", String(left < 0));
		this.#grow();
		this.actions.typed();
	}

	/** For browsers that do not grow a text box by themselves. */
	#grow() {
		if (GROWS || !this.#text.isConnected) return;
		this.#text.style.height = "auto";
		this.#text.style.height = `${this.#text.scrollHeight}px`;
	}
}
