/** The source view: the report beside the answer, at the quotation. On a narrow screen it is a dialog over the page. */

import { get, route } from "./api.js";
import { address, whereabouts } from "./citation.js";
import { button, byId, el } from "./dom.js";
import { renderReport } from "./report.js";
import { words } from "./words.js";

/** @import { FullReport, Place } from "./types.js" */

const NARROW = matchMedia("(max-width: 760px)");

export class Source {
	#panel = byId("source");
	/** @type {Place[]} */
	#places = [];
	#index = 0;
	/** @type {Element | null} */
	#from = null;
	/** @type {Map<string, Promise<FullReport>>} */
	#reports = new Map();

	constructor() {
		this.#panel.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
		document.addEventListener("keydown", (event) => this.#key(event));
		NARROW.addEventListener("change", () => this.#modal());
	}

	get open() {
		return !this.#panel.hidden;
	}

	/** @param {Place[]} places @param {number} index @param {Element | null} from gets the focus back */
	async show(places, index, from) {
		if (from && !this.#panel.contains(from)) this.#from = from;
		this.#places = places;
		this.#index = Math.max(0, index);
		this.#panel.hidden = false;
		document.body.classList.add("with-source");
		this.#modal();
		await this.#draw();
	}

	close() {
		if (!this.open) return;
		this.#panel.hidden = true;
		document.body.classList.remove("with-source");
		this.#modal();
		if (this.#from instanceof HTMLElement && this.#from.isConnected) this.#from.focus();
		else byId("main").focus();
		this.#panel.dispatchEvent(new CustomEvent("source-closed", { bubbles: true }));
	}

	/** A deleted report must not stay readable here. @param {string} id */
	forget(id) {
		this.#reports.delete(id);
		if (this.open && this.#places[this.#index]?.document_id === id) this.close();
	}

	/** @param {number} by */
	step(by) {
		const next = this.#index + by;
		if (next < 0 || next >= this.#places.length) return;
		this.#index = next;
		this.#draw(by > 0 ? "next" : "previous");
	}

	/** Brackets go from quotation to quotation, wherever the focus is but where one types. @param {KeyboardEvent} event */
	#key(event) {
		const typing = event.target instanceof Element && event.target.closest("input, textarea");
		if (!this.open || typing || event.metaKey) return;
		if (event.key === "]") this.step(1);
		if (event.key === "[") this.step(-1);
	}

	/** Over the whole screen nothing behind it can be reached. */
	#modal() {
		const modal = this.open && NARROW.matches;
		for (const node of document.querySelectorAll("main, .side, .bar, .skip")) node.toggleAttribute("inert", modal);
		this.#panel.setAttribute("role", modal ? "dialog" : "complementary");
		this.#panel.setAttribute("aria-modal", String(modal));
		if (!modal) this.#panel.removeAttribute("aria-modal");
	}

	/** @param {"next" | "previous" | null} [pressed] whose button keeps the focus */
	async #draw(pressed = null) {
		const place = this.#places[this.#index];
		this.#panel.replaceChildren(this.#head(place, null), el("p", { class: "note padded" }, words.loading));
		this.#focus(pressed);
		try {
			const report = await this.#report(place.document_id);
			if (place !== this.#places[this.#index]) return;
			this.#fill(place, report, pressed);
		} catch (error) {
			const retry = button({ text: words.retry, class: "primary", press: () => this.#draw() });
			this.#panel.replaceChildren(this.#head(place, null), el("div", { class: "padded" }, el("p", {}, error.message), retry));
			this.#focus(null);
		}
	}

	/** @param {string} id */
	#report(id) {
		let report = this.#reports.get(id);
		if (!report) {
			report = get(route("documents", id));
			this.#reports.set(id, report);
			report.catch(() => this.#reports.delete(id));
		}
		return report;
	}

	/** @param {Place} place @param {FullReport} report @param {"next" | "previous" | null} pressed */
	#fill(place, report, pressed) {
		const highlights = this.#places
			.filter((one) => one.document_id === place.document_id && one.end > one.start)
			.map((one) => ({ start: one.start, end: one.end, current: one === place }));
		const { body, headings } = renderReport(report, highlights);
		const scroller = el("div", { class: "source-text", tabindex: "0", role: "region", "aria-label": words.source.text }, body);
		const notes = report.state === "superseded" ? el("p", { class: "note padded" }, words.source.superseded) : null;
		this.#panel.replaceChildren(this.#head(place, report), ...(notes ? [notes] : []), ...(headings.length ? [contents(headings)] : []), scroller);
		this.#focus(pressed);
		const mark = scroller.querySelector("mark.current");
		if (mark) center(scroller, mark);
		else if (place.end > place.start) scroller.before(el("p", { class: "note padded" }, words.source.moved));
	}

	/** @param {Place} place @param {FullReport | null} report */
	#head(place, report) {
		const many = this.#places.length > 1;
		const title = report?.title ?? place.title ?? words.source.title;
		const facts = report && whereabouts({ document_title: report.authors.join(", "), year: report.year, page: place.page });
		return el(
			"header",
			{ class: "source-head" },
			el(
				"div",
				{ class: "source-bar" },
				many && el("p", { class: "source-position" }, words.source.position(this.#index + 1, this.#places.length)),
				many && this.#stepper("previous", "back", -1, "[", this.#index === 0),
				many && this.#stepper("next", "next", 1, "]", this.#index === this.#places.length - 1),
				el("span", { class: "spring" }),
				report && original(report, place),
				button({ icon: "close", label: words.source.close, press: () => this.close() }),
			),
			el("h2", { id: "source-title", tabindex: "-1" }, el("a", { href: address(place) }, title)),
			facts && el("p", { class: "note" }, facts),
		);
	}

	/** @param {"next" | "previous"} name @param {string} shape @param {number} by @param {string} key @param {boolean} end */
	#stepper(name, shape, by, key, end) {
		const props = { title: words.source.key(words.source[name], key), "aria-keyshortcuts": key, "data-step": name, "aria-disabled": end && "true" };
		return button({ icon: shape, label: words.source[name], press: () => this.step(by), props });
	}

	/** @param {"next" | "previous" | null} pressed */
	#focus(pressed) {
		const target = (pressed && this.#panel.querySelector(`[data-step=${pressed}]`)) ?? byId("source-title");
		if (target instanceof HTMLElement) target.focus({ preventScroll: true });
	}
}

/** The file as it was added: a PDF opens at the page that is cited, others are downloaded. @param {FullReport} report @param {Place} place */
function original(report, place) {
	const file = route("documents", report.id, "original");
	const cited = report.blocks.find((block) => block.start <= place.start && place.start < block.end);
	const page = report.media_type === "application/pdf" && (place.page ?? cited?.page);
	const props = page ? { href: `${file}#page=${page}`, target: "_blank", rel: "noopener" } : { href: file, download: true };
	return el("a", { class: "ghost", ...props }, el("span", {}, page ? words.source.originalAt(page) : words.source.original));
}

/** @param {{ text: string, depth: number, node: HTMLElement }[]} headings */
function contents(headings) {
	const go = (node) => {
		node.tabIndex = -1;
		node.scrollIntoView({ block: "start" });
		node.focus({ preventScroll: true });
	};
	const items = headings.map(({ text, depth, node }) => el("li", { "data-depth": Math.min(depth, 4) }, button({ text, class: "link", press: () => go(node) })));
	return el("details", { class: "contents" }, el("summary", {}, words.source.contents), el("ul", {}, ...items));
}

/** @param {HTMLElement} scroller @param {Element} mark */
function center(scroller, mark) {
	const at = mark.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
	scroller.scrollTop = at - scroller.clientHeight / 3;
}
