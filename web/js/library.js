/** The reports that the service holds, loaded once and shared by whoever shows them. */

import { get } from "./api.js";

/** @typedef {import("./types.js").Report} Report */

class Library extends EventTarget {
	/** @type {Report[]} */
	#all = [];
	/** @type {Set<string>} deleted, but it can still be undone */
	#hidden = new Set();
	loaded = false;

	async load() {
		this.#all = (await get("/api/documents")).documents;
		this.loaded = true;
		this.dispatchEvent(new Event("change"));
	}

	get #shown() {
		return this.#all.filter((report) => !this.#hidden.has(report.id));
	}

	/** What can be asked. */
	get reports() {
		return this.#shown.filter((report) => report.state === "ready");
	}

	/** Older versions: cited by earlier answers, not asked any more. */
	get replaced() {
		return this.#shown.filter((report) => report.state !== "ready");
	}

	get years() {
		const years = this.reports.flatMap((report) => (report.year ? [report.year] : []));
		return [...new Set(years)].sort((a, b) => b - a);
	}

	get passages() {
		return this.reports.reduce((sum, report) => sum + report.passages, 0);
	}

	/** @param {string} id */
	hide(id) {
		this.#hidden.add(id);
		this.dispatchEvent(new Event("change"));
	}

	/** @param {string} id */
	show(id) {
		this.#hidden.delete(id);
		this.dispatchEvent(new Event("change"));
	}
}

export const library = new Library();
