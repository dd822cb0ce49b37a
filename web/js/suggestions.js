/** Questions to begin with, made from the headings of the reports that are there. */

import { get, route } from "./api.js";
import { button, el } from "./dom.js";
import { library } from "./library.js";
import { plainBlock } from "./readable.js";
import { words } from "./words.js";

const SHOWN = 4;
const READ = 4;

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

/** The last reports that were read for questions, and what came of it: a report may be long. */
let last = { ids: "", found: /** @type {Promise<string[]>} */ (Promise.resolve([])) };

function questions() {
	const reports = library.reports.slice(0, READ);
	const ids = String(reports.map((report) => report.id));
	if (ids !== last.ids) last = { ids, found: read(reports) };
	return last.found;
}

/** One heading after the other of each report. @param {import("./types.js").Report[]} reports */
async function read(reports) {
	const found = await Promise.allSettled(reports.map((report) => get(route("documents", report.id))));
	const each = found.map((one) => (one.status === "fulfilled" ? topics(one.value) : []));
	const turns = Math.max(0, ...each.map((list) => list.length));
	const mixed = Array.from({ length: turns }, (_, i) => each.map((list) => list[i])).flat().filter(Boolean);
	return [...new Set(mixed)].slice(0, SHOWN).map(words.ask.suggestion);
}

/** Headings of the report's own structure, or that begin as a question or a sentence does, make no topic. */
const NO_TOPIC = /^(introduction|background|summary|executive|contents|conclusions?|foreword|annex|appendix|glossary|references|contacts?|about|overview|purpose|sources?|notes?|licen[cs]e|an?|the|what|how|why|where|when|who|which|is|are|do|does|use|make|our|your|this|these|in|on|for|to)\b/i;

/** Headings of two to four words can stand in a question. @param {import("./types.js").FullReport} report @returns {string[]} */
function topics(report) {
	const headings = report.blocks.filter((block) => block.kind === "heading").map((block) => plainBlock(report, block).trim());
	return headings.filter((text) => /^\p{L}[\p{L} -]{5,40}$/u.test(text) && /^\S+( \S+){1,3}$/.test(text) && !NO_TOPIC.test(text));
}
