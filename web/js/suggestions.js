/** Questions to begin with, which the reports can answer. */

import { get } from "./api.js";
import { button, el } from "./dom.js";
import { library } from "./library.js";
import { words } from "./words.js";

/** @param {(question: string) => void} ask */
export function suggestions(ask) {
	const section = el("section", { hidden: true, "aria-label": words.ask.suggestions }, el("h2", {}, words.ask.suggestions));
	questions().then((some) => {
		section.hidden = some.length === 0;
		section.append(questionList(some, ask));
	});
	return section;
}

/** @param {string[]} questions @param {(question: string) => void} ask */
export function questionList(questions, ask) {
	const items = questions.map((question) => el("li", {}, button({ text: question, class: "suggestion", press: () => ask(question) })));
	return el("ul", { class: "suggestions" }, ...items);
}

/** A page without suggestions is no problem: a service that does not answer is told elsewhere. @param {string} [query] @returns {Promise<string[]>} */
const found = (query = "") => get(`/api/suggestions${query}`).then((body) => body.questions, () => []);

/** Questions that one report can answer. @param {string} id */
export const questionsOf = (id) => found(`?documents=${encodeURIComponent(id)}`);

/** What was suggested for the reports that were there last. */
let last = { ids: "", questions: Promise.resolve([]) };

function questions() {
	const ids = String(library.reports.map((report) => report.id));
	if (ids !== last.ids) last = { ids, questions: found() };
	return last.questions;
}
