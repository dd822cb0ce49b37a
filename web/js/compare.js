/** Reports or years side by side on one topic: each cell is an answer from that report or year alone, and what changed. */

import { whereabouts } from "./citation.js";
import { box, button, byId, el, icon, input } from "./dom.js";
import { library } from "./library.js";
import { say } from "./live.js";
import { sentenceElement } from "./sentence.js";
import { stream } from "./stream.js";
import { words } from "./words.js";

/** @typedef {{ name: string, year: number | null, document_id: string | null, change: string | null, answer: import("./types.js").Answer }} Cell */

const LEAST = 2;
/** @type {Record<string, string>} */
const SHAPES = { new: "plus", continued: "check", dropped: "close", no_evidence: "unknown" };

export class ComparePlace {
	#topic = input({ id: "compare-topic", type: "text", maxlength: "300", placeholder: words.compare.topicHint });
	#choice = el("div", { class: "choice-list" });
	#problem = el("p", { class: "problem", id: "compare-problem" });
	#result = el("div", { class: "compare-result" });
	#by = "report";
	/** @type {Set<string | number>} report ids, or years */
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

	/** What can be compared: its key, and its name. @returns {Map<string | number, string>} */
	get #sides() {
		if (this.#by === "year") return new Map(library.years.map((year) => [year, String(year)]));
		return new Map(library.reports.map((report) => [report.id, whereabouts({ document_title: report.title, year: report.year })]));
	}

	#draw() {
		const sides = this.#sides;
		for (const chosen of this.#chosen) if (!sides.has(chosen)) this.#chosen.delete(chosen);
		const choose = (key, on) => (on ? this.#chosen.add(key) : this.#chosen.delete(key));
		this.#choice.replaceChildren(...[...sides].map(([key, name]) => box(name, this.#chosen.has(key), (on) => choose(key, on))));
	}

	async #compare() {
		const topic = this.#topic.value.trim();
		const problem = !topic ? words.compare.noTopic : this.#chosen.size < LEAST ? words.compare.tooFew : "";
		this.#problem.textContent = problem;
		if (problem) {
			say(problem);
			const wrong = topic ? this.#choice.querySelector("input") : this.#topic;
			return wrong?.focus();
		}
		this.#running.abort();
		const { signal } = (this.#running = new AbortController());
		const status = el("p", { class: "turn-status" }, words.compare.working);
		const bar = el("div", { class: "compare-bar" }, status, button({ icon: "stop", text: words.ask.stop, press: () => this.#running.abort() }));
		const rows = el("tbody", {});
		const heads = [this.#by === "year" ? words.compare.byYear : words.compare.byReport, words.compare.change, words.compare.says];
		const table = el("table", { class: "compare-table" }, el("caption", {}, words.compare.caption(topic)), el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))), rows);
		this.#result.replaceChildren(bar, table);
		say(words.compare.working);
		const body = { topic, [this.#by === "year" ? "years" : "documents"]: [...this.#chosen] };
		try {
			await stream("/api/compare", body, { cell: (cell) => rows.append(row(cell)) }, "comparison", signal);
			bar.remove();
			say(words.compare.done);
		} catch (error) {
			bar.replaceChildren(el("p", { class: "problem" }, signal.aborted ? words.compare.stopped : error.message));
		}
	}
}

/** @param {Cell} cell */
function row({ name, year, change, answer }) {
	const says = answer.sentences.map((sentence) => sentenceElement(sentence, () => answer.citations));
	const nothing = el("p", { class: "verdict nothing" }, icon("barred"), el("span", {}, words.compare.nothing));
	return el(
		"tr",
		{},
		el("th", { scope: "row" }, whereabouts({ document_title: name, year })),
		el("td", { class: "change" }, change && icon(SHAPES[change]), change && words.compare.changes[change]),
		el("td", {}, ...(says.length ? says : [nothing])),
	);
}
