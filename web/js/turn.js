/** One question and its answer, from the first evidence to the final truth of the `answer` event. */

import { Problem } from "./api.js";
import { button, el, icon } from "./dom.js";
import { Draft } from "./draft.js";
import { evidenceList } from "./evidence.js";
import { say } from "./live.js";
import { backing, isRefusal, needsPassages, notes, refusal, spokenRefusal } from "./outcome.js";
import { serviceBack } from "./recovery.js";
import { plainText, sentenceElement, spoken } from "./sentence.js";
import { tools } from "./tools.js";
import { words } from "./words.js";

/** @import { Answer, Citation, Evidence, Rating, Sentence } from "./types.js" */

let made = 0;

/** What a turn asks of the conversation. @typedef {{ ask: (question: string) => void, edit: (turn: Turn) => void, retry: (turn: Turn) => void }} Conversation */

export class Turn {
	/** @type {Citation[]} */
	#citations = [];
	/** @type {Sentence[]} */
	#settled = [];
	/** @type {Answer | null} */
	answer = null;
	#draft = new Draft();
	#status = el("p", { class: "turn-status" });
	#sentences = el("div", { class: "sentences" });
	#body = el("div", { class: "turn-body" });
	#evidence = el("section", { class: "turn-evidence", hidden: true });
	#foot = el("div", { class: "turn-foot" });

	/** @param {string} question @param {Conversation} conversation */
	constructor(question, conversation) {
		this.question = question;
		this.conversation = conversation;
		const id = `turn-${++made}`;
		this.heading = el("h2", { id, tabindex: "-1" }, question);
		this.element = el(
			"article",
			{ class: "turn", "aria-labelledby": id },
			this.heading,
			this.#status,
			this.#sentences,
			this.#draft.element,
			this.#body,
			this.#evidence,
			this.#foot,
		);
		this.#show("searching", words.turn.searching);
	}

	/** @param {string} state @param {string} [status] */
	#show(state, status = "") {
		this.element.dataset.state = state;
		this.element.toggleAttribute("aria-busy", state === "searching" || state === "drafting");
		if (this.element.hasAttribute("aria-busy")) this.element.setAttribute("aria-busy", "true");
		this.#status.textContent = status;
	}

	/** @param {Evidence[]} evidence @param {number} ms */
	showEvidence(evidence, ms) {
		this.#show("searching", words.turn.reading(evidence.length, ms));
		this.#placeEvidence(evidence, words.turn.passages(evidence.length), true);
	}

	/** @param {string} text @param {number} sentence */
	addToken(text, sentence) {
		this.#show("drafting", words.turn.writing);
		this.#draft.add(text, sentence);
	}

	/** @param {Sentence} sentence @param {Citation[]} citations */
	settle(sentence, citations) {
		this.#show("drafting", words.turn.writing);
		this.#citations.push(...citations);
		this.#draft.settle(plainText(sentence));
		this.#settled.push(sentence);
		this.#sentences.append(this.#sentence(sentence));
		say(spoken(sentence));
	}

	/** @param {Sentence} sentence */
	#sentence(sentence) {
		return sentenceElement(sentence, () => this.#citations);
	}

	/** The answer is the truth: whatever is not in it disappears. @param {Answer} answer @param {{ quiet?: boolean, rated?: Rating | null }} [options] quiet: reopened, not heard */
	finish(answer, { quiet = false, rated = null } = {}) {
		this.answer = answer;
		this.#draft.clear();
		this.#citations = answer.citations;
		this.#settleAll(answer.sentences, quiet);
		const refused = isRefusal(answer);
		this.#show(refused ? "refused" : "answered");
		this.element.dataset.status = answer.status;
		this.#body.replaceChildren(...notes(answer), ...(refused ? [refusal(answer, (question) => this.conversation.ask(question))] : []), ...backing(answer));
		const passages = refused ? words.turn.nearest : words.turn.passages(answer.evidence.length);
		this.#placeEvidence(answer.evidence, passages, refused && needsPassages(answer));
		if (!quiet) say(refused ? spokenRefusal(answer) : words.turn.done(answer.sentences.length));
		this.#foot.replaceChildren(tools(this, answer, rated));
	}

	/** Sentences already shown stay as they are, so that focus is not lost and nothing is heard twice. @param {Sentence[]} sentences @param {boolean} quiet */
	#settleAll(sentences, quiet) {
		const shown = new Map(this.#settled.map((sentence, i) => [key(sentence), this.#sentences.children[i]]));
		const nodes = sentences.map((sentence) => {
			const node = shown.get(key(sentence));
			if (!node && !quiet) say(spoken(sentence));
			return node ?? this.#sentence(sentence);
		});
		this.#settled = [...sentences];
		for (const node of [...this.#sentences.children]) if (!nodes.includes(node)) node.remove();
		nodes.forEach((node, i) => {
			if (this.#sentences.children[i] !== node) this.#sentences.insertBefore(node, this.#sentences.children[i] ?? null);
		});
	}

	/** @param {Evidence[]} evidence @param {string} title @param {boolean} open */
	#placeEvidence(evidence, title, open) {
		this.#evidence.hidden = evidence.length === 0;
		// Someone who is reading the cards keeps them.
		const inUse = this.#evidence.matches(":hover, :focus-within");
		const details = el("details", { open: open || inUse }, el("summary", {}, title));
		const fill = () => details.open && details.childElementCount === 1 && details.append(evidenceList(evidence));
		details.addEventListener("toggle", fill);
		fill();
		this.#evidence.replaceChildren(details);
	}

	/** @param {Error} error */
	fail(error) {
		this.#undecided();
		this.#show("failed");
		this.#body.replaceChildren(
			el(
				"section",
				{ class: "refusal failure" },
				el("h3", {}, icon("warn"), words.turn.failed),
				el("p", {}, error.message),
				button({ text: words.retry, class: "primary", press: () => this.conversation.retry(this) }),
			),
		);
		say(`${words.turn.failed}. ${error.message}`);
		if (error instanceof Problem && error.status === 0) this.#watch();
	}

	/** Says so when a lost service is back; asking again stays the person's choice. */
	async #watch() {
		const waiting = () => this.element.isConnected && this.element.dataset.state === "failed";
		if (!(await serviceBack(waiting)) || !waiting()) return;
		this.#body.querySelector(".failure .primary")?.before(el("p", { class: "back" }, icon("check"), words.turn.back));
		say(words.turn.back);
	}

	stop() {
		this.#draft.clear();
		this.#show("stopped");
		const note = this.#settled.length ? words.turn.stopped : words.turn.stoppedEmpty;
		this.#body.replaceChildren(el("p", { class: "note" }, note));
		this.#foot.replaceChildren(
			button({ text: words.retry, press: () => this.conversation.retry(this) }),
			button({ icon: "edit", text: words.turn.edit, press: () => this.conversation.edit(this) }),
		);
		say(note);
	}

	#undecided() {
		this.#draft.clear();
		this.#settled = [];
		this.#citations = [];
		this.#sentences.replaceChildren();
	}

	/** Ready to be asked again in its place. */
	reset() {
		this.#undecided();
		this.#body.replaceChildren();
		this.#foot.replaceChildren();
		this.#evidence.hidden = true;
		delete this.element.dataset.status;
		this.#show("searching", words.turn.searching);
	}
}

/** @param {Sentence} sentence */
const key = (sentence) => JSON.stringify([sentence.text, sentence.verdict, sentence.reason, sentence.citations]);
