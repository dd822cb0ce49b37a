/** Which reports and years a question is asked of: a button that opens the choice, and a chip for each restriction. */

import { whereabouts } from "./citation.js";
import { box, button, el, icon, input } from "./dom.js";
import { library } from "./library.js";
import { words } from "./words.js";

export class Filters extends EventTarget {
	/** @type {Set<string>} */
	documents = new Set();
	/** @type {Set<number>} */
	years = new Set();
	#chips = el("ul", { class: "filter-chips" });
	#choice = el("div", { class: "choice", id: "filter-choice", role: "group", "aria-label": words.filters.title, hidden: true });
	#opener = button({ icon: "filter", text: words.filters.all, class: "ghost opener", press: () => this.#toggle(), props: { "aria-expanded": "false", "aria-controls": "filter-choice" } });
	element = el("div", { class: "filters" }, this.#opener, this.#chips, this.#choice);

	constructor() {
		super();
		library.addEventListener("change", () => this.#prune());
		this.element.addEventListener("keydown", (event) => {
			if (event.key === "Escape" && !this.#choice.hidden) this.#toggle(false);
		});
		document.addEventListener("click", (event) => {
			if (!this.#choice.hidden && event.target instanceof Node && event.target.isConnected && !this.element.contains(event.target)) this.#toggle(false, false);
		});
	}

	/** For a request's body. @returns {{ documents?: string[], years?: number[] }} */
	get body() {
		return { ...(this.documents.size && { documents: [...this.documents] }), ...(this.years.size && { years: [...this.years] }) };
	}

	/** @param {string} id */
	only(id) {
		this.documents = new Set([id]);
		this.years.clear();
		this.#changed();
	}

	clear() {
		this.documents.clear();
		this.years.clear();
		this.#changed();
	}

	#prune() {
		const ids = new Set(library.reports.map((report) => report.id));
		for (const id of this.documents) if (!ids.has(id)) this.documents.delete(id);
		const years = new Set(library.years);
		for (const year of this.years) if (!years.has(year)) this.years.delete(year);
		this.#changed();
	}

	#changed() {
		const restricted = this.documents.size + this.years.size > 0;
		this.#opener.lastElementChild?.replaceChildren(restricted ? words.filters.only : words.filters.all);
		const titles = new Map(library.reports.map((report) => [report.id, report.title]));
		this.#chips.replaceChildren(
			...[...this.years].map((year) => this.#chip(String(year), () => this.years.delete(year))),
			...[...this.documents].map((id) => this.#chip(titles.get(id) ?? id, () => this.documents.delete(id))),
		);
		this.dispatchEvent(new Event("change"));
	}

	/** @param {string} name @param {() => void} drop */
	#chip(name, drop) {
		const press = () => {
			drop();
			this.#changed();
			this.#opener.focus();
		};
		return el("li", {}, el("button", { type: "button", class: "filter-chip", "aria-label": words.filters.drop(name), on: { click: press } }, el("span", {}, name), icon("close")));
	}

	/** @param {boolean} [open] @param {boolean} [focus] */
	#toggle(open = this.#choice.hidden, focus = true) {
		this.#choice.hidden = !open;
		this.#opener.setAttribute("aria-expanded", String(open));
		if (open) this.#draw();
		if (focus) (open ? this.#choice.querySelector("input") : this.#opener)?.focus();
	}

	#draw() {
		const { reports: listed, years } = library;
		const find = input({ type: "search", "aria-label": words.filters.find, placeholder: words.filters.find });
		const reports = el("div", { class: "choice-list" }, ...listed.map((report) => this.#box(whereabouts({ document_title: report.title, year: report.year }), this.documents, report.id)));
		find.addEventListener("input", () => {
			for (const row of reports.children) if (row instanceof HTMLElement) row.hidden = !row.textContent?.toLowerCase().includes(find.value.trim().toLowerCase());
		});
		this.#choice.replaceChildren(
			el("fieldset", {}, el("legend", {}, words.filters.years), el("div", { class: "choice-years" }, ...years.map((year) => this.#box(String(year), this.years, year)))),
			el("fieldset", {}, el("legend", {}, words.filters.reports), listed.length > 8 && find, reports),
			el("div", { class: "choice-foot" }, button({ text: words.filters.clear, press: () => { this.clear(); this.#draw(); } }), button({ text: words.close, class: "primary", press: () => this.#toggle(false) })),
		);
	}

	/**
	 * @template {string | number} T
	 * @param {string} name @param {Set<T>} chosen @param {T} value
	 */
	#box(name, chosen, value) {
		return box(name, chosen.has(value), (on) => {
			if (on) chosen.add(value);
			else chosen.delete(value);
			this.#changed();
		});
	}
}
