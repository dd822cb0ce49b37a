/** The place of the reports: add, find, read, correct, delete. */

import { byId, el, icon, input } from "./dom.js";
import { Dropzone } from "./dropzone.js";
import { library } from "./library.js";
import { reportCard } from "./reportcard.js";
import { words } from "./words.js";

const MANY = 8;

/** @param {{ ask: (report: import("./types.js").Report, question?: string) => void, gone: (id: string) => void, show: () => void }} actions */
export function reportsPlace(actions) {
	const list = el("ul", { class: "report-list" });
	const failed = el("section", { class: "failed" });
	const count = el("h2", { class: "list-title" });
	const find = input({ type: "search", placeholder: words.filters.find, "aria-label": words.filters.find });
	const dropzone = new Dropzone({ begin: actions.show, done: () => library.load() });
	const draw = () => {
		const wanted = find.value.trim().toLowerCase();
		const all = library.reports.concat(library.replaced);
		const shown = all.filter((report) => `${report.title} ${report.year} ${report.authors.join(" ")}`.toLowerCase().includes(wanted));
		const files = library.failed;
		failed.hidden = files.length === 0;
		failed.replaceChildren(el("h2", {}, words.reports.failed), el("ul", { class: "uploads" }, ...files.map(failure)));
		find.hidden = all.length < MANY;
		count.textContent = words.reports.count(library.reports.length);
		list.replaceChildren(...shown.map((report) => reportCard(report, actions)));
	};
	find.addEventListener("input", draw);
	library.addEventListener("change", draw);
	byId("reports").append(
		el("div", { class: "page" }, el("h1", {}, words.reports.title), el("p", { class: "lede" }, words.reports.intro), dropzone.element, failed, el("div", { class: "list-head" }, count, find), list),
	);
}

/** A file that somebody put into the folder, and why it is not among the reports. @param {{ name: string, reason: string }} failure */
function failure({ name, reason }) {
	return el("li", { class: "upload", "data-state": "failed" }, icon("warn"), el("span", { class: "upload-name" }, name), el("span", { class: "upload-state" }, reason));
}
