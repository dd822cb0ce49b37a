/** The conversation: its turns in order, the one that is being answered, and the way back to an earlier one. */

import { get, Problem, route } from "./api.js";
import { el } from "./dom.js";
import { ask } from "./stream.js";
import { Turn } from "./turn.js";
import { words } from "./words.js";

/** @import { Answer, Rating } from "./types.js" */
/** @typedef {{ answer: Answer, rating: Rating | null }} Stored */

/** Turns of a reopened conversation that are drawn at once; the earlier ones wait for a press. */
const DRAWN = 20;

export class Conversation extends EventTarget {
	/** @type {string | null} */
	id = null;
	/** @type {Answer | null} */
	lastAnswer = null;
	element = el("div", { class: "turns" });
	/** @type {AbortController | null} */
	#running = null;
	/** @type {string | null} the conversation that was last asked for, while it loads */
	#wanted = null;

	/** @param {() => { documents?: string[], years?: number[] }} filters */
	constructor(filters) {
		super();
		this.filters = filters;
	}

	get busy() {
		return this.#running !== null;
	}

	get empty() {
		return this.element.childElementCount === 0;
	}

	/** @param {string} question */
	ask(question) {
		if (this.busy) this.stop();
		const turn = new Turn(question, this);
		this.element.append(turn.element);
		this.#changed();
		turn.element.scrollIntoView({ block: "start" });
		return this.#run(turn);
	}

	/** @param {Turn} turn */
	retry(turn) {
		if (this.busy) return;
		turn.reset();
		turn.heading.focus();
		this.#run(turn);
	}

	/** @param {Turn} turn */
	edit(turn) {
		this.dispatchEvent(new CustomEvent("edit", { detail: turn.question }));
	}

	stop() {
		this.#running?.abort();
	}

	/** @param {Turn} turn */
	async #run(turn) {
		const running = (this.#running = new AbortController());
		this.#changed();
		const body = { question: turn.question, ...this.filters(), ...(this.id && { conversation_id: this.id }) };
		try {
			const answer = await ask(body, {
				evidence: ({ evidence, search_ms: ms }) => turn.showEvidence(evidence, ms),
				token: ({ text, sentence }) => turn.addToken(text, sentence),
				sentence: ({ sentence, citations }) => turn.settle(sentence, citations),
			}, running.signal);
			turn.finish(answer);
			this.lastAnswer = answer;
			if (answer.conversation_id) this.id = answer.conversation_id;
		} catch (error) {
			if (running.signal.aborted) turn.stop();
			else turn.fail(error instanceof Problem ? error : new Problem(words.errors.unexpected));
		}
		if (this.#running === running) this.#running = null;
		this.#changed();
	}

	/** A new, empty conversation. */
	clear() {
		this.#reset();
		this.#changed();
	}

	#reset() {
		this.stop();
		this.#running = null;
		this.id = null;
		this.lastAnswer = null;
		this.#wanted = null;
		this.element.replaceChildren();
	}

	/** @param {string} id */
	async open(id) {
		this.#wanted = id;
		const stored = await get(route("conversations", id));
		if (this.#wanted !== id) return;
		this.#reset();
		this.id = id;
		this.lastAnswer = stored.turns.at(-1)?.answer ?? null;
		this.#draw(stored.turns);
		this.#changed();
		this.element.lastElementChild?.scrollIntoView({ block: "start" });
	}

	/** The last turns now, the others when asked for. @param {Stored[]} turns */
	#draw(turns) {
		const rest = turns.slice(0, -DRAWN);
		const drawn = turns.slice(-DRAWN).map((turn) => this.#drawn(turn));
		this.element.prepend(...drawn);
		if (!rest.length) return;
		const more = el("button", { type: "button", class: "earlier" }, words.ask.earlier(rest.length));
		more.addEventListener("click", () => {
			const first = more.nextElementSibling;
			more.remove();
			this.#draw(rest);
			first?.scrollIntoView({ block: "start" });
		});
		this.element.prepend(more);
	}

	/** @param {Stored} stored */
	#drawn({ answer, rating }) {
		const turn = new Turn(answer.question, this);
		turn.finish(answer, { quiet: true, rated: rating });
		return turn.element;
	}

	#changed() {
		this.dispatchEvent(new Event("change"));
	}
}
