/** Elements from code. Text becomes text nodes: nothing that the service sends is ever read as HTML. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [props] attributes; `on` holds listeners; null and false are left out
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function el(tag, props = {}, ...children) {
	const node = document.createElement(tag);
	for (const [name, value] of Object.entries(props)) {
		if (absent(value)) continue;
		if (name === "on") listen(node, value);
		else node.setAttribute(name, value === true ? "" : String(value));
	}
	node.append(...children.filter((child) => !absent(child)));
	return node;
}

/** @param {unknown} value */
const absent = (value) => value === null || value === undefined || value === false;

/** @param {Element} node @param {Record<string, EventListener>} listeners */
function listen(node, listeners) {
	for (const [event, listener] of Object.entries(listeners)) node.addEventListener(event, listener);
}

/** @param {string} name a shape of index.html @returns {SVGElement} */
export function icon(name) {
	const svg = document.createElementNS(SVG, "svg");
	svg.setAttribute("class", "icon");
	svg.setAttribute("viewBox", "0 0 16 16");
	svg.setAttribute("aria-hidden", "true");
	const use = document.createElementNS(SVG, "use");
	use.setAttribute("href", `#i-${name}`);
	svg.append(use);
	return svg;
}

/**
 * A button with an icon and words; without words, `label` names it.
 * @param {{ icon?: string, text?: string, label?: string, class?: string, press: (event: Event) => void, props?: Record<string, unknown> }} options
 * @returns {HTMLButtonElement}
 */
export function button({ icon: name, text, label, class: style = "ghost", press, props = {} }) {
	const node = el("button", { type: "button", class: style, "aria-label": label, title: label, on: { click: press }, ...props }, name && icon(name), text && el("span", {}, text));
	return node;
}

/**
 * A link that the page follows itself; with a modifier key it is an ordinary link to another tab.
 * @param {string} href @param {(from: HTMLElement) => void} follow @param {Record<string, unknown>} props @param {...(Node | string)} children
 */
export function link(href, follow, props, ...children) {
	const node = el("a", { href, ...props }, ...children);
	node.addEventListener("click", (event) => {
		if (event.ctrlKey || event.metaKey || event.shiftKey) return;
		event.preventDefault();
		follow(node);
	});
	return node;
}

/** @param {Record<string, unknown>} props */
export const input = (props) => el("input", { autocomplete: "off", ...props });

/**
 * A check box or radio button with its label around it.
 * @param {string} name @param {boolean} checked @param {(checked: boolean) => void} change @param {Record<string, unknown>} [props]
 */
export function box(name, checked, change, props = {}) {
	const node = input({ type: "checkbox", ...props });
	node.checked = checked;
	node.addEventListener("change", () => change(node.checked));
	return el("label", { class: "box" }, node, el("span", {}, name));
}

/** Text for screen readers only. @param {string} text */
export const unseen = (text) => el("span", { class: "sr" }, text);

/** @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T} */
export function byId(id) {
	const node = document.getElementById(id);
	if (!node) throw new Error(`index.html has no #${id}`);
	return node;
}
