/** The HTTP API. Every failure becomes a `Problem` whose message is a sentence for the person. */

import { words } from "./words.js";

export class Problem extends Error {
	/** @param {string} message @param {number} [status] 0 where no answer came */
	constructor(message, status = 0) {
		super(message);
		this.status = status;
	}
}

/** @param {Response} response @returns {Promise<Problem>} */
export async function problemOf(response) {
	// A shared server, and nobody is signed in any more.
	if (response.status === 401) location.assign("/login");
	try {
		const body = await response.json();
		return new Problem(String(body.detail || body.title), response.status);
	} catch {
		return new Problem(words.errors.status(response.status), response.status);
	}
}

/**
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<Response>}
 */
export async function send(path, init = {}) {
	let response;
	try {
		response = await fetch(path, { ...init, headers: { accept: "application/json", ...init.headers } });
	} catch (error) {
		if (error instanceof DOMException && error.name === "AbortError") throw error;
		throw new Problem(words.errors.unreachable);
	}
	if (!response.ok) throw await problemOf(response);
	return response;
}

/** @param {string} path @param {AbortSignal} [signal] */
export async function get(path, signal) {
	return (await send(path, { signal })).json();
}

/** @param {string} path @param {unknown} body @param {{ method?: string, signal?: AbortSignal }} [options] */
export async function post(path, body, { method = "POST", signal } = {}) {
	const response = await send(path, { method, signal, body: JSON.stringify(body), headers: { "content-type": "application/json" } });
	return response.status === 204 ? null : response.json();
}

/** @param {string} path @param {RequestInit} [init] */
export async function remove(path, init = {}) {
	await send(path, { ...init, method: "DELETE" });
}

/** @param {...string} parts path segments, each encoded */
export const route = (...parts) => `/api/${parts.map(encodeURIComponent).join("/")}`;
