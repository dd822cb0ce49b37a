/** A verdict, told by a word and a shape; colour only repeats it. */

import { el, icon } from "./dom.js";
import { words } from "./words.js";

/** @type {Record<string, string>} */
const SHAPES = { supported: "check", partly: "half", unsupported: "barred" };

/** @param {import("./types.js").Verdict} verdict @param {string | null} [reason] */
export function verdictMark(verdict, reason = null) {
	return el(
		"span",
		{ class: "verdict", "data-verdict": verdict },
		icon(SHAPES[verdict] ?? "unknown"),
		el("span", { class: "verdict-word" }, words.verdicts[verdict] ?? verdict),
		reason && el("span", { class: "verdict-reason" }, reason),
	);
}
