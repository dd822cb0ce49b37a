/** Puts the page together: places, conversation, source view, addresses, keys. */

import { get } from "./api.js";
import { AskPlace } from "./askplace.js";
import { byId, icon } from "./dom.js";
import { ComparePlace } from "./compare.js";
import { conversationTools } from "./export.js";
import { History } from "./history.js";
import { library } from "./library.js";
import { parseAddress, placeAddress, Places } from "./places.js";
import { reportsPlace } from "./reports.js";
import { Source } from "./source.js";
import { themeButton } from "./theme.js";
import { toast } from "./toast.js";
import { trustPlace } from "./trust.js";
import { words } from "./words.js";

fillWords();
themeButton();
const places = new Places();
const source = new Source();
const ask = new AskPlace({ addReport: () => places.go("reports"), tools: conversationTools });
const showTrust = trustPlace(() => ask.conversation.lastAnswer);
new ComparePlace();
reportsPlace({
	show: () => places.go("reports"),
	gone: (id) => source.forget(id),
	ask: (report, question) => {
		places.go("ask");
		ask.filters.only(report.id);
		if (question) ask.ask(question);
		else ask.composer.focus();
	},
});
const past = new History({
	open: (id) => {
		places.go("ask", false);
		follow(`/?c=${encodeURIComponent(id)}`);
		reopen(id);
	},
	gone: (id) => id === ask.conversation.id && renew(),
});

places.addEventListener("change", (event) => {
	const { name, record } = event.detail;
	if (record) {
		source.close();
		if (name === "reports") refresh(); // a watched folder changes by itself
		follow(name === "ask" ? askAddress() : placeAddress(name));
	}
	if (record && name !== "ask") byId("main").focus();
	document.title = name === "ask" ? "Trendwise" : `${words.places[name]} – Trendwise`;
	if (name === "trust") showTrust();
	sideways(false);
});
ask.conversation.addEventListener("change", () => {
	past.mark(ask.conversation.id);
	if (!ask.conversation.busy) past.load();
	if (places.now === "ask" && !parseAddress(location).document && askAddress() !== location.pathname + location.search) follow(askAddress());
});
document.addEventListener("open-source", (event) => {
	const { places: found, index, from } = event.detail;
	source.show(found, index, from);
});
document.addEventListener("source-closed", () => {
	if (parseAddress(location).document) follow(askAddress());
});
document.addEventListener("problem", (event) => toast(event.detail.message));
for (const node of document.querySelectorAll("[data-action=new]")) {
	node.addEventListener("click", renew);
}
byId("menu").addEventListener("click", () => sideways(byId("menu").getAttribute("aria-expanded") !== "true"));
document.addEventListener("keydown", (event) => {
	if (event.key === "Escape" && byId("menu").getAttribute("aria-expanded") === "true") sideways(false);
});
window.addEventListener("popstate", arrive);
window.addEventListener("hashchange", arrive);

past.load();
refresh();
get("/api/status").then(({ signed_in: signedIn }) => (byId("sign-out").hidden = !signedIn)).catch(() => {}); // others say it
arrive();

function refresh() {
	library.load().catch((error) => toast(error.message));
}

function renew() {
	places.go("ask", false);
	source.close();
	ask.fresh();
	follow("/");
}

/** Opens what the address names. */
async function arrive() {
	const { view, conversation, document: place } = parseAddress(location);
	places.go(view, false);
	if (place) source.show([place], 0, null);
	if (conversation && conversation !== ask.conversation.id) await reopen(conversation);
	else if (!conversation && view === "ask" && !place && ask.conversation.id) ask.fresh();
	// On a touch screen the focus would bring up the keyboard.
	if (view === "ask" && !place && matchMedia("(pointer: fine)").matches) ask.composer.focus();
}

/** @param {string} id */
async function reopen(id) {
	try {
		await ask.conversation.open(id);
	} catch (error) {
		toast(error.status === 404 ? words.conversations.gone : error.message);
	}
}

function askAddress() {
	return ask.conversation.id ? `/?c=${encodeURIComponent(ask.conversation.id)}` : "/";
}

/** @param {string} address */
function follow(address) {
	if (address !== location.pathname + location.search + location.hash) history.pushState(null, "", address);
}

/** The side column as a drawer, on screens that have no room for it. @param {boolean} open */
function sideways(open) {
	const menu = byId("menu");
	const was = menu.getAttribute("aria-expanded") === "true";
	if (open === was) return;
	menu.setAttribute("aria-expanded", String(open));
	document.body.classList.toggle("with-side", open);
	byId("main").toggleAttribute("inert", open);
	if (open) byId("side").querySelector("button")?.focus();
	else if (byId("side").contains(document.activeElement)) menu.focus();
}

/** Words and shapes of what stands in index.html. */
function fillWords() {
	for (const node of document.querySelectorAll("[data-text]")) node.textContent = named(node.getAttribute("data-text"));
	for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", named(node.getAttribute("data-label")));
	for (const node of document.querySelectorAll("[data-icon]")) node.replaceWith(icon(node.getAttribute("data-icon") ?? ""));
}

/** @param {string | null} name a word at the top of `words` */
function named(name) {
	return String(words[name]);
}
