/** The one live region: what a screen reader hears while nothing has the focus. Each text is said once. */

import { byId, el } from "./dom.js";

const KEPT = 30;

/** @param {string} text */
export function say(text) {
	const region = byId("live");
	region.append(el("p", {}, text));
	// Old lines go, so that nobody who browses to the end of the page meets them all again.
	while (region.childElementCount > KEPT) region.firstElementChild?.remove();
}
