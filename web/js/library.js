/** The reports that the service holds, loaded once and shared by whoever shows them. */

import { get } from "./api.js";

/** @import { Report } from "./types.js" */

class Library extends EventTarget {
	/** @type {Report[]} */
	#all = [];
	/** @type {Set<string>} deleted, but it can still be undone */
	#hidden = new Set();
	/** @type {{ name: string, reason: string }[]} files of the watched folder that could not be added */
	failed = [];

	async load() {
		({ documents: this.#all, failed: this.failed } = await get("/api/documents"));
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
