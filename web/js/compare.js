/** Reports or years side by side on one topic: each cell is an answer from that report or year alone. */

import { whereabouts } from "./citation.js";
import { box, button, byId, el, icon, input } from "./dom.js";
import { library } from "./library.js";
import { say } from "./live.js";
import { sentenceElement } from "./sentence.js";
import { ask } from "./stream.js";
import { words } from "./words.js";

/** What a row of the table is about. @typedef {{ name: string, filter: { documents?: string[], years?: number[] } }} Side */

const LEAST = 2;

export class ComparePlace {
	#topic = input({ id: "compare-topic", type: "text", maxlength: "300", placeholder: words.compare.topicHint });
	#choice = el("div", { class: "choice-list" });
	#problem = el("p", { class: "problem", id: "compare-problem" });
	#result = el("div", { class: "compare-result" });
	#by = "report";
	/** @type {Set<string>} */
	#chosen = new Set();
	#running = new AbortController();

	constructor() {
		const form = el(
			"form",
			{ class: "compare-form" },
			el("div", {}, el("label", { for: "compare-topic" }, words.compare.topic), this.#topic),
			el("fieldset", { class: "choice-years" }, el("legend", {}, words.compare.by), this.#radio("report", words.compare.byReport), this.#radio("year", words.compare.byYear)),
			el("fieldset", {}, el("legend", {}, words.compare.choose), this.#choice),
			this.#problem,
			el("button", { type: "submit", class: "primary" }, words.compare.go),
		);
		form.addEventListener("submit", (event) => {
			event.preventDefault();
			this.#compare();
		});
		byId("compare").append(el("div", { class: "page" }, el("h1", {}, words.compare.title), el("p", { class: "lede" }, words.compare.intro), form, this.#result));
		library.addEventListener("change", () => this.#draw());
	}

	/** @param {string} value @param {string} name */
	#radio(value, name) {
		const choose = () => {
			this.#by = value;
			this.#chosen.clear();
			this.#draw();
		};
		return box(name, value === this.#by, choose, { type: "radio", name: "compare-by", value });
	}

	/** @returns {Map<string, Side>} */
	get #sides() {
		if (this.#by === "year") return new Map(library.years.map((year) => [String(year), { name: String(year), filter: { years: [year] } }]));
		return new Map(library.reports.map((report) => [report.id, { name: whereabouts({ document_title: report.title, year: report.year }), filter: { documents: [report.id] } }]));
	}

	#draw() {
		const sides = this.#sides;
		for (const chosen of this.#chosen) if (!sides.has(chosen)) this.#chosen.delete(chosen);
		const choose = (/** @type {string} */ key, /** @type {boolean} */ on) => (on ? this.#chosen.add(key) : this.#chosen.delete(key));
		this.#choice.replaceChildren(...[...sides].map(([key, side]) => box(side.name, this.#chosen.has(key), (on) => choose(key, on))));
	}

	async #compare() {
		const topic = this.#topic.value.trim();
		const sides = [...this.#sides].filter(([key]) => this.#chosen.has(key)).map(([, side]) => side);
		const problem = !topic ? words.compare.noTopic : sides.length < LEAST ? words.compare.tooFew : "";
		this.#problem.textContent = problem;
		if (problem) {
			say(problem);
			const wrong = topic ? this.#choice.querySelector("input") : this.#topic;
			return wrong?.focus();
		}
		this.#running.abort();
		const { signal } = (this.#running = new AbortController());
		const status = el("p", { class: "turn-status" }, words.compare.working);
		const stop = button({ icon: "stop", text: words.ask.stop, press: () => this.#running.abort() });
		const rows = sides.map((side) => ({ side, cell: el("td", {}, el("span", { class: "note" }, words.compare.waiting)) }));
		const table = el(
			"table",
			{ class: "compare-table" },
			el("caption", {}, words.compare.caption(topic)),
			el("thead", {}, el("tr", {}, el("th", { scope: "col" }, this.#by === "year" ? words.compare.byYear : words.compare.byReport), el("th", { scope: "col" }, words.compare.says))),
			el("tbody", {}, ...rows.map(({ side, cell }) => el("tr", {}, el("th", { scope: "row" }, side.name), cell))),
		);
		const bar = el("div", { class: "compare-bar" }, status, stop);
		this.#result.replaceChildren(bar, table);
		say(words.compare.working);
		for (const { side, cell } of rows) await this.#fill(cell, topic, side, signal);
		bar.remove();
		if (!signal.aborted) say(words.compare.done);
	}

	/** @param {HTMLElement} cell @param {string} topic @param {Side} side @param {AbortSignal} signal */
	async #fill(cell, topic, side, signal) {
		try {
			if (signal.aborted) return cell.replaceChildren(words.compare.stopped);
			cell.replaceChildren(el("span", { class: "note" }, words.turn.searching));
			// With a history of its own, though empty, nothing is kept among the conversations.
			const answer = await ask({ question: words.compare.question(topic), history: [], ...side.filter }, quiet, signal);
			if (answer.sentences.length) cell.replaceChildren(...answer.sentences.map((sentence) => sentenceElement(sentence, () => answer.citations)));
			else cell.replaceChildren(el("p", { class: "verdict nothing" }, icon("barred"), el("span", {}, words.compare.nothing)));
		} catch (error) {
			cell.replaceChildren(signal.aborted ? words.compare.stopped : /** @type {Error} */ (error).message);
		}
	}
}

/** A cell shows only what is final. @type {import("./stream.js").Listener} */
const quiet = { evidence: () => {}, token: () => {}, sentence: () => {} };
