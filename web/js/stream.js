/** Requests that are answered as a stream of events. */

import { Problem, send } from "./api.js";
import { EventParser } from "./sse.js";
import { words } from "./words.js";

/** @import { Answer, Citation, Evidence, Sentence } from "./types.js" */

/**
 * @typedef {object} Listener
 * @property {(event: { evidence: Evidence[], search_ms: number }) => void} evidence
 * @property {(event: { text: string, sentence: number }) => void} token
 * @property {(event: { sentence: Sentence, citations: Citation[] }) => void} sentence
 */

/**
 * @param {{ question: string, conversation_id?: string, documents?: string[], years?: number[] }} body
 * @param {Listener} listener
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>} the `answer` event
 */
export const ask = (body, listener, signal) => stream("/api/chat", body, { ...listener }, "answer", signal);

/**
 * @param {string} path
 * @param {object} body
 * @param {Record<string, (event: any) => void>} listeners by the event's name
 * @param {string} last the event that ends the stream
 * @param {AbortSignal} signal
 * @returns {Promise<any>} that event; throws a `Problem` for an `error` event or a stream that breaks off
 */
export async function stream(path, body, listeners, last, signal) {
	const response = await send(path, {
		method: "POST",
		signal,
		headers: { "content-type": "application/json", accept: "text/event-stream" },
		body: JSON.stringify({ ...body, stream: true }),
	});
	for await (const { name, data } of events(response)) {
		const value = JSON.parse(data);
		if (name === last) return value;
		if (name === "error") throw new Problem(String(value.detail || value.title), Number(value.status) || 500);
		listeners[name]?.(value);
	}
	throw new Problem(words.errors.broken);
}

/** @param {Response} response */
async function* events(response) {
	if (!response.body) return;
	const parser = new EventParser();
	const decoder = new TextDecoder();
	const reader = response.body.getReader();
	try {
		for (;;) {
			const { done, value } = await read(reader);
			if (done) return;
			yield* parser.feed(decoder.decode(value, { stream: true }));
		}
	} finally {
		reader.cancel().catch(() => {}); // already closed, or already cancelled by the person
	}
}

/** @param {ReadableStreamDefaultReader<Uint8Array>} reader */
async function read(reader) {
	try {
		return await reader.read();
	} catch (error) {
		if (error instanceof DOMException && error.name === "AbortError") throw error;
		throw new Problem(words.errors.broken);
	}
}
