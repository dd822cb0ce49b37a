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

/** One heading of each of some reports. */
async function questions() {
	const reports = library.reports.slice(0, READ);
	const found = await Promise.allSettled(reports.map((report) => get(route("documents", report.id))));
	const each = found.map((one) => (one.status === "fulfilled" ? topics(one.value) : []));
	const turns = Math.max(0, ...each.map((list) => list.length));
	const mixed = Array.from({ length: turns }, (_, i) => each.map((list) => list[i])).flat().filter(Boolean);
	return [...new Set(mixed)].slice(0, SHOWN).map(words.ask.suggestion);
}

const USELESS = /^(introduction|background|summary|contents|conclusions?|foreword|annex|appendix|glossary|references|contacts?|about|overview|purpose|sources?|notes?|licen[cs]e)\b/i;

/** Headings that can stand in a question. @param {import("./types.js").FullReport} report @returns {string[]} */
function topics(report) {
	const headings = report.blocks.filter((block) => block.kind === "heading").map((block) => plainBlock(report, block));
	return headings.filter((text) => /^\p{L}[^?:.\d]{5,48}$/u.test(text) && !USELESS.test(text));
}
