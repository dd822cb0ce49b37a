/** Markdown marks that people need not see. Text is only ever left out, never changed, so offsets stay true. */

import { CodePoints } from "./codepoints.js";

/** Each pattern's groups `a`, `b` are left out, or the whole match where there are none. */
const MARKS = [
	/^(?<a>#{1,6}[ \t]+)/dg, // heading
	/^(?<a>[ \t]*[-*+•][ \t]+)/dgm, // bullet: the page draws its own
	/^(?<a>[ \t]*>[ \t]?)/dgm, // quotation
	/(?<a>!?\[)[^\]\n]*(?<b>\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)?(?:\s+"[^"\n]*")?\))/dg, // link, image
	/(?<a>\*{1,3})(?=[^\s*])[^*\n]*?[^\s*](?<b>\*{1,3})/dg, // emphasis
	/(?<![\p{L}\p{N}_])(?<a>_{1,2})(?=[^\s_])[^_\n]*?(?<b>_{1,2})(?![\p{L}\p{N}_])/dgu,
	/(?<a>`+)[^`\n]+(?<b>`+)/dg, // code
	/(?<a>\\)(?=[!-/:-@[-`{-~])/dg, // escape
];

/**
 * @param {string} text
 * @returns {[number, number][]} the ranges to show, in order
 */
export function shownRanges(text) {
	const hidden = MARKS.flatMap((pattern) => [...text.matchAll(pattern)].flatMap(groupRanges)).sort((x, y) => x[0] - y[0]);
	/** @type {[number, number][]} */
	const shown = [];
	let at = 0;
	for (const [start, end] of hidden) {
		if (start > at) shown.push([at, start]);
		at = Math.max(at, end);
	}
	if (at < text.length) shown.push([at, text.length]);
	return shown;
}

/** @param {RegExpMatchArray} match @returns {[number, number][]} */
function groupRanges(match) {
	return Object.values(match.indices.groups ?? {}).filter(Boolean);
}

/** A block's words without marks. @param {import("./types.js").FullReport} report @param {{ start: number, end: number }} block */
export function plainBlock(report, block) {
	const source = new CodePoints(report.text).slice(block.start, block.end);
	return shownRanges(source).map(([start, end]) => source.slice(start, end)).join("");
}
