/** Evidence while the question is being typed; the same request lets the model prepare itself for the question. */

import { post } from "./api.js";
import { el } from "./dom.js";
import { evidenceList } from "./evidence.js";
import { words } from "./words.js";

const PAUSE = 250;
const SHOWN = 3;
const LEAST_WORDS = 2;
const LEAST_CHARACTERS = 8;

export class Preview {
	element = el("section", { class: "preview", hidden: true, "aria-label": words.ask.preview });
	#timer = 0;
	#request = new AbortController();
	#last = "";

	/** @param {() => { question: string, conversation_id?: string }} body */
	constructor(body) {
		this.body = body;
	}

	/** The text or the filters changed. */
	changed() {
		clearTimeout(this.#timer);
		this.#timer = window.setTimeout(() => this.#ask(), PAUSE);
	}

	clear() {
		clearTimeout(this.#timer);
		this.#request.abort();
		this.#last = "";
		this.element.hidden = true;
		this.element.replaceChildren();
	}

	async #ask() {
		const body = this.body();
		const question = body.question.trim();
		if (question.length < LEAST_CHARACTERS || question.split(/\s+/).length < LEAST_WORDS) return this.clear();
		const now = JSON.stringify(body);
		if (now === this.#last) return;
		this.#last = now;
		this.#request.abort();
		this.#request = new AbortController();
		const { signal } = this.#request;
		try {
			const { evidence } = await post("/api/warm", body, { signal });
			if (!signal.aborted) this.#show(evidence.slice(0, SHOWN));
		} catch {
			// A hint only: asking shows any problem in full.
			if (!signal.aborted) this.clear();
		}
	}

	/** @param {import("./types.js").Evidence[]} evidence */
	#show(evidence) {
		this.element.hidden = evidence.length === 0;
		this.element.replaceChildren(el("p", { class: "preview-title" }, words.ask.preview), evidenceList(evidence, "lines"));
	}
}
