/** A report as a page to read, with quotations marked at their exact place. */

import { CodePoints } from "./codepoints.js";
import { el, unseen } from "./dom.js";
import { shownRanges } from "./readable.js";
import { words } from "./words.js";

/** @import { Block, FullReport } from "./types.js" */

/** A quotation in the report's own offsets. @typedef {{ start: number, end: number, current: boolean }} Highlight */

/**
 * @param {FullReport} report
 * @param {Highlight[]} highlights
 * @returns {{ body: HTMLElement, headings: { text: string, depth: number, node: HTMLElement }[] }}
 */
export function renderReport(report, highlights) {
	const text = new CodePoints(report.text);
	const marked = report.media_type !== "text/plain";
	const body = el("div", { class: "paper" });
	const headings = [];
	let page = null;
	let table = null;
	for (const block of report.blocks) {
		if (block.page && block.page !== page) body.append(el("p", { class: "page-mark" }, words.cite.page((page = block.page))));
		const inside = relative(block, text, highlights);
		const source = text.slice(block.start, block.end);
		if (block.kind === "table_row") {
			if (!table) {
				table = body.appendChild(el("div", { class: "table-frame" })).appendChild(el("table"));
				if (block.lead) table.append(row(text.slice(block.lead.start, block.lead.end), [], "th"));
			}
			table.append(row(source, inside));
			continue;
		}
		table = null;
		const node = el(tagOf(block), { class: `block ${block.kind}` }, ...pieces(source, marked ? shownRanges(source) : [[0, source.length]], inside));
		if (block.kind === "heading") headings.push({ text: node.textContent ?? "", depth: block.headings.length + 1, node });
		body.append(node);
	}
	return { body, headings };
}

/** @param {Block} block */
function tagOf(block) {
	if (block.kind === "heading") return `h${Math.min(6, 3 + block.headings.length)}`;
	return block.kind === "quote" ? "blockquote" : block.kind === "code" ? "pre" : "p";
}

/** Highlights as UTF-16 offsets into the block. @param {Block} block @param {CodePoints} text @param {Highlight[]} highlights */
function relative(block, text, highlights) {
	return highlights
		.filter(({ start, end }) => start < block.end && end > block.start)
		.map(({ start, end, current }) => ({
			start: text.slice(block.start, Math.max(start, block.start)).length,
			end: text.slice(block.start, Math.min(end, block.end)).length,
			current,
		}));
}

/**
 * @param {string} source @param {[number, number][]} ranges to show @param {Highlight[]} highlights
 * @returns {(Node | string)[]}
 */
function pieces(source, ranges, highlights) {
	/** @type {(Node | string)[]} */
	const nodes = [];
	/** @type {HTMLElement | null} */
	let open = null;
	/** @type {Highlight | null} */
	let opened = null;
	for (const [from, to] of ranges.flatMap((range) => cut(range, highlights))) {
		const piece = source.slice(from, to);
		const highlight = highlights.filter((one) => one.start <= from && one.end >= to).sort((a, b) => Number(b.current) - Number(a.current))[0];
		if (!highlight) {
			nodes.push(piece);
		} else if (open && opened === highlight) {
			open.append(piece);
		} else {
			open = el("mark", { class: highlight.current ? "current" : null }, piece);
			nodes.push(open);
		}
		opened = highlight ?? null;
	}
	for (const node of nodes) if (node instanceof HTMLElement && node.matches(".current")) spell(node);
	return nodes;
}

/** Screen readers do not say where a mark begins and ends. @param {HTMLElement} mark */
function spell(mark) {
	mark.prepend(unseen(words.source.begins));
	mark.append(unseen(words.source.ends));
}

/** Cuts a range where highlights begin and end. @param {[number, number]} range @param {Highlight[]} highlights @returns {[number, number][]} */
function cut([from, to], highlights) {
	const inner = highlights.flatMap((one) => [one.start, one.end]).filter((at) => at > from && at < to);
	const at = [from, ...[...new Set(inner)].sort((a, b) => a - b), to];
	return at.slice(1).map((end, i) => [at[i], end]);
}

/** @param {string} source @param {Highlight[]} highlights @param {string} [cell] */
function row(source, highlights, cell = "td") {
	const cells = [];
	for (const match of source.matchAll(/(?:\\.|[^|\\])+/g)) {
		const whole = match[0];
		const start = match.index + (whole.length - whole.trimStart().length);
		const end = match.index + whole.trimEnd().length;
		if (end <= start || /^:?-+:?$/.test(source.slice(start, end))) continue;
		const shown = shownRanges(source.slice(start, end)).map(([a, b]) => [a + start, b + start]);
		cells.push(el(cell, {}, ...pieces(source, shown, highlights)));
	}
	return el("tr", {}, ...cells);
}
