/** One report in the list: what it is, and what can be done with it. */

import { get, post, route } from "./api.js";
import { openPlaces } from "./citation.js";
import { button, el, input, link } from "./dom.js";
import { library } from "./library.js";
import { plainBlock } from "./readable.js";
import { questionList, questionsOf } from "./suggestions.js";
import { removeLater } from "./undo.js";
import { words } from "./words.js";

/** @import { FullReport, Report } from "./types.js" */

let made = 0;

/** @param {Report} report @param {{ ask: (report: Report, question?: string) => void, gone: (id: string) => void }} actions */
export function reportCard(report, actions) {
	const place = [{ document_id: report.id, title: report.title, start: 0, end: 0 }];
	const title = link(`/documents/${encodeURIComponent(report.id)}`, (from) => openPlaces(from, place, 0), {}, report.title);
	const state = report.sample ? words.reports.states.sample : words.reports.states[report.state] ?? report.state;
	const card = el("li", { class: "report", "data-state": report.state });
	const name = (verb) => ({ "aria-label": words.reports.doing(verb, report.title) });
	const current = report.state === "ready";
	card.append(
		el("h3", {}, title),
		el("p", { class: "note" }, el("span", { class: "badge" }, state), [report.authors.join(", "), words.reports.facts(report)].filter(Boolean).join(" · ")),
		brief(report, current ? (question) => actions.ask(report, question) : null),
		el(
			"div",
			{ class: "tools" },
			current && button({ icon: "ask", text: words.reports.askThis, press: () => actions.ask(report), props: name(words.reports.askThis) }),
			current && button({ icon: "edit", text: words.reports.edit, press: () => edit(card, report, actions), props: name(words.reports.edit) }),
			el("a", { class: "ghost", href: route("documents", report.id, "original"), download: true, ...name(words.reports.original) }, words.reports.original),
			button({ icon: "bin", text: words.reports.remove, press: () => remove(report, actions), props: name(words.reports.remove) }),
		),
	);
	return card;
}

/**
 * Its brief, questions that it can answer and its headings, read when they are asked for.
 * @param {Report} report @param {((question: string) => void) | null} ask
 */
function brief(report, ask) {
	const details = el("details", {}, el("summary", {}, words.reports.brief));
	details.addEventListener("toggle", async () => {
		if (!details.open || details.childElementCount > 1) return;
		const body = details.appendChild(el("div", { class: "brief" }, words.loading));
		try {
			const path = route("documents", report.id);
			const [full, { sentences }, questions] = await Promise.all([get(path), get(`${path}/brief`), ask ? questionsOf(report.id) : []]);
			body.replaceChildren(...summary(full, sentences, ask && questionList(questions, ask)));
		} catch (error) {
			body.replaceChildren(error.message);
		}
	});
	return details;
}

/** @param {FullReport} report @param {any[]} quoted @param {Node | null} questions */
function summary(report, quoted, questions) {
	const place = (text, { start, end }) =>
		button({ text, class: "link", press: (event) => openPlaces(event.currentTarget, [{ document_id: report.id, title: report.title, start, end }], 0) });
	const items = report.blocks
		.filter((block) => block.kind === "heading")
		.map((block) => el("li", { "data-depth": Math.min(block.headings.length + 1, 4) }, place(plainBlock(report, block), block)));
	return [
		...quoted.map((one) => el("p", {}, place(one.text, one), one.page && ` (${words.cite.page(one.page)})`)),
		...(questions ? [questions] : []),
		items.length ? el("ul", { class: "contents-list" }, ...items) : el("p", { class: "note" }, words.reports.noBrief),
	];
}

/** @param {Report} report @param {{ gone: (id: string) => void }} actions */
function remove(report, actions) {
	library.hide(report.id);
	removeLater({
		text: words.reports.removing(report.title),
		path: route("documents", report.id),
		restore: () => library.show(report.id),
		done: () => actions.gone(report.id),
	});
}

/** @param {HTMLElement} card @param {Report} report @param {Parameters<typeof reportCard>[1]} actions */
function edit(card, report, actions) {
	const id = `edit-${++made}`;
	const title = input({ id: `${id}-title`, type: "text", maxlength: "300", required: true, value: report.title });
	const year = input({ id: `${id}-year`, type: "text", inputmode: "numeric", pattern: "[0-9]{4}", title: words.reports.badYear, value: report.year ?? "" });
	const problem = el("p", { class: "problem" });
	const back = (now) => {
		const fresh = reportCard(now, actions);
		form.replaceWith(fresh);
		fresh.querySelector("a")?.focus();
	};
	const form = el(
		"li",
		{ class: "report" },
		el(
			"form",
			{ class: "edit" },
			el("div", {}, el("label", { for: `${id}-title` }, words.reports.editTitle), title),
			el("div", {}, el("label", { for: `${id}-year` }, words.reports.editYear), year),
			problem,
			el("div", { class: "tools" }, el("button", { type: "submit", class: "primary" }, words.save), button({ text: words.cancel, press: () => back(report) })),
		),
	);
	form.addEventListener("keydown", (event) => event.key === "Escape" && back(report));
	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		try {
			back(await post(route("documents", report.id), { title: title.value.trim(), ...(year.value && { year: Number(year.value) }) }, { method: "PATCH" }));
			await library.load();
		} catch (error) {
			problem.textContent = error.message;
		}
	});
	card.replaceWith(form);
	title.focus();
}
