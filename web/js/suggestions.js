/** Questions to begin with, which the reports can answer. */

import { get } from "./api.js";
import { button, el } from "./dom.js";
import { library } from "./library.js";
import { words } from "./words.js";

/** @param {(question: string) => void} ask */
export function suggestions(ask) {
	const list = el("ul", { class: "suggestions" });
	const section = el("section", { hidden: true, "aria-label": words.ask.suggestions }, el("h2", {}, words.ask.suggestions), list);
	questions().then((found) => {
		section.hidden = found.length === 0;
		list.append(...found.map((question) => el("li", {}, button({ text: question, class: "suggestion", press: () => ask(question) }))));
	});
	return section;
}

/** What was suggested for the reports that were there last. */
let last = { ids: "", found: /** @type {Promise<string[]>} */ (Promise.resolve([])) };

/** A page without suggestions is no problem: a service that does not answer is told elsewhere. */
function questions() {
	const ids = String(library.reports.map((report) => report.id));
	if (ids !== last.ids) last = { ids, found: get("/api/suggestions").then((body) => body.questions, () => []) };
	return last.found;
}
