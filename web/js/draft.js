/** The draft: what the model writes while it is being checked. It is never the answer. */

import { el } from "./dom.js";
import { words } from "./words.js";

export class Draft {
	/** @type {Map<number, HTMLElement>} */
	#sentences = new Map();
	#text = el("p", { class: "draft-text" });
	// Hidden from screen readers: they hear each sentence once, when it is final.
	element = el("div", { class: "draft", hidden: true, "aria-hidden": "true" }, el("p", { class: "draft-label" }, words.turn.draft), this.#text);

	/** @param {string} text @param {number} number of the draft sentence */
	add(text, number) {
		let sentence = this.#sentences.get(number);
		if (!sentence) {
			sentence = el("span", {});
			this.#sentences.set(number, sentence);
			this.#text.append(sentence, " ");
		}
		sentence.append(text);
		this.element.hidden = false;
	}

	/**
	 * A sentence became final: its draft goes, and so do those before it, which were withheld.
	 * @param {string} text without markers
	 */
	settle(text) {
		const wanted = squeeze(text);
		const match = [...this.#sentences].find(([, node]) => squeeze(node.textContent ?? "").startsWith(wanted));
		const last = match ? match[0] : Math.min(...this.#sentences.keys());
		for (const [number, node] of this.#sentences) {
			if (number > last) continue;
			node.remove();
			this.#sentences.delete(number);
		}
		if (this.#sentences.size === 0) this.clear();
	}

	clear() {
		this.#sentences.clear();
		this.#text.replaceChildren();
		this.element.hidden = true;
	}
}

/** Letters and digits only: a draft and its final sentence may differ in spaces and marks. @param {string} text */
const squeeze = (text) => text.replace(/[^\p{L}\p{N}]+/gu, "").toLowerCase();
