/** An answer as text that keeps its sources. */

import { whereabouts } from "./citation.js";
import { toast } from "./toast.js";
import { words } from "./words.js";

/** @import { Answer, Citation } from "./types.js" */

/** @param {Answer} answer */
export function asPlainText(answer) {
	const sources = answer.citations.map((c) => `[${c.number}] “${c.readable || c.quote}” ${whereabouts(c)}`);
	return [answer.question, "", answer.answer, ...(sources.length ? ["", ...sources] : [])].join("\n");
}

/** @param {Answer} answer */
export function asMarkdown(answer) {
	const sources = answer.citations.map((c) => `${c.number}. > ${escape(oneLine(c.readable || c.quote))}\n   ${escape(whereabouts(c))}`);
	return [`**${escape(oneLine(answer.question))}**`, "", escape(answer.answer).replace(/\\\[(\d+)\\\]/g, "[$1]"), ...(sources.length ? ["", ...sources] : [])].join("\n");
}

/** Marks in the text are text: a copied answer must not become a link or an image elsewhere. @param {string} text */
const escape = (text) => text.replace(/[\\`*_[\]<>!#|]/g, "\\$&");

/** @param {string} text */
const oneLine = (text) => text.replace(/\s+/g, " ").trim();

/** @param {string} text @param {string} [said] once it is done */
export async function copyText(text, said = words.turn.copied) {
	try {
		await navigator.clipboard.writeText(text);
		toast(said);
	} catch {
		toast(words.turn.notCopied);
	}
}
