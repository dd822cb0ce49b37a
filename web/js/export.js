/** What can be done with a whole conversation: taken away as a file, printed, found again by its address. */

import { route } from "./api.js";
import { copyText } from "./copy.js";
import { button, el } from "./dom.js";
import { words } from "./words.js";

/** @param {import("./conversation.js").Conversation} conversation */
export function conversationTools(conversation) {
	const list = el("ul", {});
	const menu = el("details", { class: "menu" }, el("summary", { class: "ghost" }, words.conversations.export), list);
	list.addEventListener("click", () => menu.removeAttribute("open"));
	document.addEventListener("click", (event) => menu.contains(event.target) || menu.removeAttribute("open"));
	menu.addEventListener("keydown", (event) => {
		if (event.key !== "Escape") return;
		menu.removeAttribute("open");
		menu.querySelector("summary")?.focus();
	});
	conversation.addEventListener("change", () => {
		menu.hidden = conversation.id === null;
		list.replaceChildren(...(conversation.id ? items(conversation.id) : []));
	});
	menu.hidden = true;
	return el("div", { class: "conversation-tools" }, menu);
}

/** @param {string} id */
function items(id) {
	const files = Object.entries(words.conversations.formats).map(([format, name]) =>
		el("li", {}, el("a", { href: `${route("conversations", id, "export")}?format=${format}`, download: true }, name)),
	);
	const print = button({ text: words.conversations.print, class: "", press: () => window.print() });
	const link = button({ text: words.conversations.link, class: "", press: () => copyText(location.href, words.conversations.linked) });
	return [...files, el("li", {}, print), el("li", {}, link)];
}
