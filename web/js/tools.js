/** What can be done with a finished answer: copy it, ask again, say whether it helped. */

import { copyText, asMarkdown, asPlainText } from "./copy.js";
import { button, el } from "./dom.js";
import { feedback } from "./feedback.js";
import { words } from "./words.js";

/** @import { Answer, Rating } from "./types.js" */

/** @param {import("./turn.js").Turn} turn @param {Answer} answer @param {Rating | null} rated */
export function tools(turn, answer, rated) {
	const said = el("div", { class: "tool-note" });
	return el(
		"div",
		{},
		el(
			"div",
			{ class: "tools" },
			button({ icon: "copy", text: words.turn.copy, press: () => copyText(asPlainText(answer)) }),
			button({ text: words.turn.copyMarkdown, press: () => copyText(asMarkdown(answer)) }),
			button({ icon: "edit", text: words.turn.edit, press: () => turn.conversation.edit(turn) }),
			...feedback(answer, said, rated),
			el("span", { class: "took" }, words.turn.timings(answer.timings)),
		),
		said,
	);
}
