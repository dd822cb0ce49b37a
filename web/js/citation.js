/** Citations: chips in an answer, the list of quotations, and the event that opens one in its report. */

import { el, icon, link } from "./dom.js";
import { words } from "./words.js";

/** @import { Citation, Place } from "./types.js" */

/** The page's own address of a place; the service's is not trusted to be one. @param {Place} place */
export const address = (place) => `/documents/${encodeURIComponent(place.document_id)}#${place.start}-${place.end}`;

/**
 * Asks for a place in a report to be opened; `main.js` listens.
 * @param {Element} from gets the focus back
 * @param {Place[]} places
 * @param {number} index
 */
export function openPlaces(from, places, index) {
	from.dispatchEvent(new CustomEvent("open-source", { bubbles: true, detail: { places, index, from } }));
}

/** @param {{ document_title: string, year?: number | null, page?: number | null, heading?: string }} where */
export function whereabouts(where) {
	const year = where.year && !where.document_title.includes(String(where.year)) ? where.year : null;
	return [where.document_title, year, where.page && words.cite.page(where.page), where.heading].filter(Boolean).join(" · ");
}

/**
 * A link that opens the report beside the answer; opened in another tab, it is the report's own page.
 * @param {Citation} citation @param {() => Citation[]} all the answer's citations at the time of the click
 * @param {Record<string, unknown>} props @param {...(Node | string)} children
 */
function citationLink(citation, all, props, ...children) {
	const open = (from) => openPlaces(from, all(), all().findIndex((one) => one.number === citation.number));
	return link(address(citation), open, props, ...children);
}

/** @param {Citation} citation @param {() => Citation[]} all */
export function chip(citation, all) {
	return citationLink(citation, all, {
		class: "chip",
		"data-citation": citation.number,
		"aria-label": words.cite.chip(citation.number, citation.document_title),
		title: citation.readable || citation.quote,
	}, String(citation.number));
}

/** @param {Citation[]} citations */
export function quotations(citations) {
	const items = citations.map((citation) =>
		el(
			"li",
			{ class: "quotation" },
			el("span", { class: "quotation-number", "aria-hidden": "true" }, String(citation.number)),
			el(
				"div",
				{},
				el("blockquote", {}, citation.readable || citation.quote),
				el("p", { class: "quotation-source" }, citationLink(citation, () => citations, { class: "source-link" }, whereabouts(citation), icon("next"))),
			),
		),
	);
	return el("section", { class: "quotations" }, el("h3", {}, words.turn.quotations), el("ol", {}, ...items));
}
