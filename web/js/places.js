/** The places of the page (ask, reports, compare, trust), their addresses, and the way between them. */

import { byId, el, icon, link } from "./dom.js";
import { words } from "./words.js";

/** @typedef {"ask" | "reports" | "compare" | "trust"} PlaceName */
/** @type {Record<PlaceName, string>} */
const ICONS = { ask: "ask", reports: "report", compare: "compare", trust: "trust" };
const NAMES = Object.keys(ICONS);

export class Places extends EventTarget {
	/** @type {PlaceName} */
	now = "ask";
	/** @type {Map<PlaceName, HTMLElement>} */
	#links = new Map();

	constructor() {
		super();
		for (const name of NAMES) {
			const item = link(placeAddress(name), () => this.go(name), {}, icon(ICONS[name]), el("span", {}, words.places[name]));
			this.#links.set(name, item);
			byId("places").append(el("li", {}, item));
		}
	}

	/** @param {PlaceName} name @param {boolean} [record] whether the address bar follows */
	go(name, record = true) {
		this.now = name;
		for (const [other, item] of this.#links) {
			byId(other).hidden = other !== name;
			if (other === name) item.setAttribute("aria-current", "page");
			else item.removeAttribute("aria-current");
		}
		this.dispatchEvent(new CustomEvent("change", { detail: { name, record } }));
	}
}

/** @param {PlaceName} name */
export const placeAddress = (name) => (name === "ask" ? "/" : `/?view=${name}`);

/** What an address means. @param {Location | URL} url */
export function parseAddress(url) {
	const query = new URLSearchParams(url.search);
	const view = query.get("view");
	const [, id] = /^\/documents\/([^/]+)$/.exec(url.pathname) ?? [];
	const [, start, end] = /^#(\d+)-(\d+)$/.exec(url.hash) ?? [];
	return {
		view: NAMES.includes(view) ? view : "ask",
		conversation: query.get("c"),
		document: id ? { document_id: decodeURIComponent(id), start: Number(start ?? 0), end: Number(end ?? 0) } : null,
	};
}
