/** One settled sentence: its words, its citation chips, its verdict in the margin. */

import { chip } from "./citation.js";
import { el, icon } from "./dom.js";
import { verdictMark } from "./verdict.js";
import { words } from "./words.js";

/** @import { Citation, Sentence, Withheld } from "./types.js" */

/** The words without the markers of the sentence's own citations; other brackets are the answer's text. @param {Sentence} sentence */
export function plainText(sentence) {
	return sentence.text.replace(/\s?\[(\d+)\]/g, (marker, number) => (sentence.citations.includes(Number(number)) ? "" : marker));
}

/** What a screen reader hears when the sentence settles. @param {Sentence} sentence */
export function spoken(sentence) {
	return `${plainText(sentence)} ${words.verdicts[sentence.verdict]}${sentence.reason ? `: ${sentence.reason}` : "."}`;
}

/** @param {Sentence} sentence @param {() => Citation[]} all */
export function sentenceElement(sentence, all) {
	const cited = all().filter((citation) => sentence.citations.includes(citation.number));
	return el(
		"div",
		{ class: "sentence", "data-verdict": sentence.verdict },
		el("p", { class: "sentence-text" }, plainText(sentence), " ", ...cited.map((citation) => chip(citation, all))),
		el("p", { class: "sentence-verdict" }, verdictMark(sentence.verdict, sentence.verdict === "supported" ? null : sentence.reason)),
	);
}

/** @param {Withheld[]} withheld */
export function withheldList(withheld) {
	const items = withheld.map((one) => el("li", {}, el("p", { class: "withheld-text" }, one.text), verdictMark("unsupported", one.reason)));
	return el(
		"details",
		{ class: "withheld" },
		el("summary", {}, icon("barred"), words.withheld.count(withheld.length)),
		el("p", { class: "note" }, words.withheld.why),
		el("ul", {}, ...items),
	);
}
