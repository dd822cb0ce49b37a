/** What stands under the sentences of a finished answer: notes, the words of a refusal, what backs it. */

import { quotations } from "./citation.js";
import { button, el, icon } from "./dom.js";
import { withheldList } from "./sentence.js";
import { words } from "./words.js";

/** @import { Answer } from "./types.js" */

/** @param {Answer} answer */
export const isRefusal = (answer) => answer.status in words.refusals;

/** Where the reports are near but silent, the passages are what is left to read. @param {Answer} answer */
export const needsPassages = (answer) => answer.status === "not_in_reports" || answer.status === "false_premise";

/** @param {Answer} answer */
export function spokenRefusal(answer) {
	return [`${words.refusals[answer.status].title}.`, answer.answer, ownReason(answer)].filter(Boolean).join(" ");
}

/** @param {Answer} answer */
const ownReason = (answer) => (answer.reason !== answer.answer ? answer.reason : null);

/** @param {Answer} answer */
export function notes(answer) {
	const { standalone_question: standalone, question } = answer;
	const said = [
		standalone !== question && standalone ? words.turn.standalone(standalone) : null,
		answer.neutralised ? words.turn.neutralised(answer.neutralised) : null,
		...(answer.notices ?? []),
		isRefusal(answer) ? null : answer.reason,
	];
	return said.flatMap((note) => (note ? [el("p", { class: "note" }, note)] : []));
}

/** @param {Answer} answer */
export function backing(answer) {
	return [...(answer.withheld.length ? [withheldList(answer.withheld)] : []), ...(answer.citations.length ? [quotations(answer.citations)] : [])];
}

/** @param {Answer} answer @param {(question: string) => void} ask */
export function refusal(answer, ask) {
	const { title, next } = words.refusals[answer.status];
	const readings = answer.clarifications.map((reading) => el("li", {}, button({ icon: "ask", text: reading, class: "reading", press: () => ask(reading) })));
	const reason = ownReason(answer);
	return el(
		"section",
		{ class: "refusal", "data-status": answer.status },
		el("h3", {}, icon(answer.status === "false_premise" ? "warn" : "unknown"), title),
		answer.sentences.length === 0 && el("p", {}, answer.answer),
		reason && el("p", {}, reason),
		(!needsPassages(answer) || answer.evidence.length > 0) && el("p", { class: "note" }, next),
		readings.length > 0 && el("ul", { class: "readings" }, ...readings),
	);
}
