/** Evidence cards: the passages nearest to the question, there before any prose. */

import { get, route } from "./api.js";
import { openPlaces, whereabouts } from "./citation.js";
import { el } from "./dom.js";

/** @import { Evidence } from "./types.js" */

/** @param {Evidence[]} evidence @param {string} style `cards` or `lines` */
export function evidenceList(evidence, style = "cards") {
	return el("ul", { class: `evidence ${style}` }, ...evidence.map((one) => el("li", {}, card(one))));
}

/** @param {Evidence} evidence */
function card(evidence) {
	const { document_title: title, year, page, heading } = evidence;
	return el(
		"button",
		{ type: "button", class: "card", on: { click: (event) => open(event.currentTarget, evidence) } },
		el("span", { class: "card-title" }, whereabouts({ document_title: title, year, page })),
		heading && el("span", { class: "card-heading" }, heading),
		el("span", { class: "card-text" }, evidence.text),
	);
}

/** @param {Element} from @param {Evidence} evidence */
async function open(from, evidence) {
	try {
		const passage = await get(route("passages", evidence.passage_id));
		openPlaces(from, [{ document_id: evidence.document_id, title: evidence.document_title, start: passage.start, end: passage.end, page: passage.page }], 0);
	} catch (error) {
		from.dispatchEvent(new CustomEvent("problem", { bubbles: true, detail: error }));
	}
}
