/** Light, dark, or as the system has it. */

import { byId, icon, el } from "./dom.js";
import { words } from "./words.js";

const KEY = "trendwise-theme";
const THEMES = ["system", "light", "dark"];

export function themeButton() {
	const button = byId("theme");
	let now = document.documentElement.dataset.theme ?? "system";
	const draw = () => button.replaceChildren(icon("half"), el("span", {}, words.theme.label(words.theme.names[now])));
	button.addEventListener("click", () => {
		now = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
		if (now === "system") delete document.documentElement.dataset.theme;
		else document.documentElement.dataset.theme = now;
		remember(now);
		draw();
	});
	draw();
}

/** @param {string} theme */
function remember(theme) {
	try {
		localStorage.setItem(KEY, theme);
	} catch {
		// Storage is blocked: the choice lasts as long as the page.
	}
}
