/** The conversations so far: found by their words, opened, deleted. */

import { get, route } from "./api.js";
import { button, byId, el, input, link } from "./dom.js";
import { removeLater } from "./undo.js";
import { words } from "./words.js";

const PAUSE = 200;
const MANY = 4;

/** @typedef {{ id: string, title: string, updated_at: string, turns: number }} Entry */

export class History {
	#list = el("ul", { class: "history-list" });
	#search = input({ type: "search", placeholder: words.conversations.search, "aria-label": words.conversations.search, hidden: true });
	#note = el("p", { class: "note" });
	/** @type {Set<string>} deleted, but it can still be undone */
	#going = new Set();
	/** @type {Entry[]} */
	#entries = [];
	#timer = 0;
	/** @type {string | null} */
	current = null;

	/** @param {{ open: (id: string) => void, gone: (id: string) => void }} actions */
	constructor(actions) {
		this.actions = actions;
		byId("history").append(this.#search, this.#list, this.#note);
		this.#search.addEventListener("input", () => {
			clearTimeout(this.#timer);
			this.#timer = window.setTimeout(() => this.load(), PAUSE);
		});
	}

	async load() {
		const wanted = this.#search.value.trim();
		try {
			const { conversations } = await get(`/api/conversations?limit=200&q=${encodeURIComponent(wanted)}`);
			if (wanted !== this.#search.value.trim()) return;
			this.#entries = conversations;
			this.#draw();
		} catch (error) {
			this.#note.textContent = error.message;
		}
	}

	/** @param {string | null} id */
	mark(id) {
		this.current = id;
		this.#draw();
	}

	#draw() {
		const searching = this.#search.value.trim() !== "";
		const shown = this.#entries.filter((entry) => !this.#going.has(entry.id));
		this.#search.hidden = shown.length < MANY && !searching;
		this.#note.textContent = shown.length ? "" : searching ? words.conversations.noMatch : words.conversations.none;
		this.#list.replaceChildren(...shown.map((entry) => this.#row(entry)));
	}

	/** @param {Entry} entry */
	#row(entry) {
		const title = entry.title || words.conversations.untitled;
		const current = entry.id === this.current ? "true" : null;
		const open = link(`/?c=${encodeURIComponent(entry.id)}`, () => this.actions.open(entry.id), { title, "aria-current": current }, title);
		return el("li", {}, open, button({ icon: "bin", label: words.conversations.remove(title), press: () => this.#remove(entry.id) }));
	}

	/** @param {string} id */
	#remove(id) {
		this.#going.add(id);
		this.#draw();
		const back = () => {
			this.#going.delete(id);
			this.load();
		};
		removeLater({ text: words.conversations.removed, path: route("conversations", id), restore: back, done: () => this.actions.gone(id) });
	}
}
