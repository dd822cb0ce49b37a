/** Where reports are added: by dropping them anywhere on the page, or by choosing files. */

import { button, el, icon, input } from "./dom.js";
import { say } from "./live.js";
import { upload } from "./upload.js";
import { words } from "./words.js";

const TYPES = ".pdf,.docx,.html,.htm,.md,.markdown,.txt";

export class Dropzone {
	#input = input({ type: "file", multiple: true, accept: TYPES, hidden: true });
	#list = el("ul", { class: "uploads" });
	#choose = button({ icon: "plus", text: words.reports.add, class: "primary", press: () => this.#input.click() });
	element = el(
		"section",
		{ class: "dropzone", "aria-label": words.reports.add },
		el("p", { class: "drop-words" }, words.reports.drop),
		this.#choose,
		el("p", { class: "note" }, words.reports.kinds),
		this.#input,
		this.#list,
	);

	/** @param {{ begin: () => void, done: () => void }} actions */
	constructor(actions) {
		this.actions = actions;
		this.#input.addEventListener("change", () => {
			this.add([...(this.#input.files ?? [])]);
			this.#input.value = "";
		});
		document.addEventListener("dragover", (event) => this.#over(event, true));
		document.addEventListener("dragleave", (event) => event.relatedTarget === null && this.#over(event, false));
		document.addEventListener("drop", (event) => {
			this.#over(event, false);
			if (event.dataTransfer?.files.length) this.add([...event.dataTransfer.files]);
		});
	}

	/** @param {DragEvent} event @param {boolean} over */
	#over(event, over) {
		if (!event.dataTransfer?.types.includes("Files")) return;
		event.preventDefault(); // or the browser shows the file instead
		this.element.classList.toggle("over", over);
	}

	/** @param {File[]} files */
	async add(files) {
		this.actions.begin();
		this.#choose.focus();
		for (const file of files) await this.#one(file);
	}

	/** @param {File} file */
	async #one(file) {
		const bar = el("progress", { max: "1", "aria-label": file.name });
		const state = el("span", { class: "upload-state" });
		const row = el("li", { class: "upload" }, el("span", { class: "upload-name" }, file.name), state, bar);
		this.#list.prepend(row);
		try {
			const job = await upload(file, (word, share) => {
				state.textContent = word;
				if (share === null) bar.removeAttribute("value");
				else bar.value = share;
			});
			this.#end(row, "done", job.outcome === "unchanged" ? words.reports.unchanged : words.reports.done, "check");
			this.actions.done();
		} catch (error) {
			this.#end(row, "failed", error.message, "warn");
		}
	}

	/** @param {HTMLElement} row @param {string} state @param {string} text @param {string} shape */
	#end(row, state, text, shape) {
		row.dataset.state = state;
		const name = row.querySelector(".upload-name");
		const clear = button({ icon: "close", label: words.reports.dismiss(name?.textContent ?? ""), press: () => {
			row.remove();
			this.#choose.focus();
		} });
		row.replaceChildren(icon(shape), ...(name ? [name] : []), el("span", { class: "upload-state" }, text), clear);
		say(words.reports.progress(name?.textContent ?? "", text));
	}
}
