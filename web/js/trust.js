/** Trust and health: what is indexed, the model, the last evaluation, where the time of the last answer went. */

import { get } from "./api.js";
import { button, byId, el, icon } from "./dom.js";
import { words } from "./words.js";

/** @typedef {[string, string | number | null | undefined][]} Facts */

/** @param {() => import("./types.js").Answer | null} lastAnswer */
export function trustPlace(lastAnswer) {
	const body = el("div", { class: "trust" });
	const show = async () => {
		const [status, evaluation] = await Promise.allSettled([get("/api/status"), get("/api/evaluation")]);
		body.replaceChildren(
			part(words.trust.method, el("ol", { class: "steps" }, ...words.trust.steps.map((step) => el("li", {}, step)))),
			part(words.trust.last, timings(lastAnswer())),
			part(words.trust.indexed, status.status === "fulfilled" ? indexed(status.value) : problem(status.reason)),
			part(words.trust.model, status.status === "fulfilled" ? model(status.value) : problem(status.reason)),
			part(words.trust.evaluation, evaluation.status === "fulfilled" ? figures(evaluation.value) : problem(evaluation.reason)),
		);
	};
	byId("trust").append(el("div", { class: "page" }, el("h1", {}, words.trust.title), el("p", { class: "lede" }, words.trust.intro, " ", button({ text: words.trust.again, press: show })), body));
	return show;
}

/** @param {string} title @param {Node} content */
const part = (title, content) => el("section", {}, el("h2", {}, title), content);

/** @param {Error} error */
const problem = (error) => el("p", { class: "note" }, error.message);

/** @param {Facts} facts */
function list(facts) {
	const known = facts.filter(([, value]) => value !== null && value !== undefined && value !== "");
	return el("dl", {}, ...known.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, typeof value === "number" ? value.toLocaleString("en-GB") : String(value))]));
}

/** @param {any} status */
function indexed(status) {
	const { facts } = words.trust;
	return list([
		[facts.reports, status.documents],
		[facts.passages, status.passages],
		[facts.prepared, facts.onDemand],
		[facts.embedder, status.index?.embedder],
		[facts.backend, status.index?.backend],
		[facts.place, status.settings?.data_dir],
	]);
}

/** @param {any} status */
function model(status) {
	const { facts } = words.trust;
	const health = el("p", { class: "verdict", "data-verdict": status.model_healthy ? "supported" : "unsupported" }, icon(status.model_healthy ? "check" : "barred"), el("span", { class: "verdict-word" }, status.model_healthy ? facts.healthy : facts.unhealthy));
	return el("div", {}, health, list([[facts.model, status.model], [facts.load, words.trust.load(status.active, status.queue)], [facts.version, status.version]]));
}

/** What a person asks about an evaluation; all of it is in its report. @param {any} evaluation */
function figures(evaluation) {
	const { facts, metrics, makers } = words.trust;
	/** @type {Facts} */
	const shown = Object.entries(metrics).map(([name, title]) => [title, figure(name, evaluation)]);
	return el("div", {}, evaluation.own === false && el("p", { class: "note" }, makers), list([[facts.rows, evaluation.title], [facts.model, evaluation.config?.model], [facts.commit, evaluation.commit], ...shown]));
}

/** A figure with its interval, where it has one. @param {string} name @param {any} evaluation @returns {string | null} */
function figure(name, { metrics, intervals, counts }) {
	const value = metrics?.[name];
	if (typeof value !== "number") return null;
	if (/_ms(_|$)/.test(name)) return words.trust.seconds(value / 1000);
	const [low, high] = intervals?.[name] ?? [];
	return low === undefined ? percent(value) : words.trust.range(percent(value), percent(low), percent(high), counts?.[name]);
}

/** @param {number} share */
const percent = (share) => `${Math.round(100 * share)}%`;

/** @param {import("./types.js").Answer | null} answer */
function timings(answer) {
	if (!answer) return el("p", { class: "note" }, words.trust.noLast);
	const rows = Object.entries(answer.timings).flatMap(([name, ms]) => {
		if (typeof ms !== "number" || !words.trust.names[name]) return [];
		const bar = el("span", { class: "time-bar" });
		bar.style.width = `${Math.max(1, (100 * ms) / Math.max(1, answer.timings.total_ms))}%`;
		return [el("dt", {}, words.trust.names[name]), el("dd", {}, el("span", {}, words.trust.seconds(ms / 1000)), bar)];
	});
	return el("dl", { class: "times" }, ...rows);
}
