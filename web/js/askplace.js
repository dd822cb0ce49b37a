/** Where questions are asked: the welcome, the conversation, the question box. */

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { button, byId, el } from "./dom.js";
import { Filters } from "./filters.js";
import { library } from "./library.js";
import { Preview } from "./preview.js";
import { suggestions } from "./suggestions.js";
import { words } from "./words.js";

export class AskPlace {
	filters = new Filters();
	#welcome = el("div", { class: "welcome" });
	#starters = el("div", { class: "starters" });
	#log = el("section", { class: "conversation", "aria-label": words.ask.conversation });

	/** @param {{ addReport: () => void, tools: (conversation: Conversation) => Node }} links */
	constructor(links) {
		this.links = links;
		this.conversation = new Conversation(() => this.filters.body);
		this.preview = new Preview(() => ({ question: this.composer.text, ...this.filters.body, ...(this.conversation.id && { conversation_id: this.conversation.id }) }));
		this.composer = new Composer(
			{ ask: (question) => this.ask(question), stop: () => this.conversation.stop(), typed: () => this.preview.changed() },
			this.preview.element,
			this.filters.element,
		);
		this.#log.append(el("h1", { class: "sr" }, words.ask.conversation), links.tools(this.conversation), this.conversation.element);
		byId("ask").append(this.#welcome, this.#log, this.composer.element, this.#starters);
		this.filters.addEventListener("change", () => this.preview.changed());
		this.conversation.addEventListener("change", () => this.#changed());
		this.conversation.addEventListener("edit", (event) => {
			this.composer.text = event.detail;
			this.composer.focus();
		});
		library.addEventListener("change", () => this.#greet());
		this.#changed();
	}

	/** @param {string} question */
	ask(question) {
		this.preview.clear();
		this.conversation.ask(question);
	}

	fresh() {
		this.conversation.clear();
		this.composer.text = "";
		this.preview.clear();
		this.composer.focus();
	}

	#changed() {
		const { empty, busy } = this.conversation;
		this.composer.busy = busy;
		this.composer.following = !empty;
		this.#welcome.hidden = !empty;
		this.#starters.hidden = !empty;
		this.#log.hidden = empty;
		byId("ask").classList.toggle("empty", empty);
	}

	#greet() {
		const held = library.reports.length > 0;
		this.#welcome.replaceChildren(
			el("h1", {}, words.ask.title),
			el("p", { class: "lede" }, held ? words.ask.holdings(library.reports.length, library.passages) : words.ask.noReports),
		);
		this.#starters.replaceChildren(
			held ? suggestions((question) => this.ask(question)) : button({ icon: "plus", text: words.ask.addReport, class: "primary", press: () => this.links.addReport() }),
		);
	}
}
