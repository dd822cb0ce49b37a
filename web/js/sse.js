/** Server-Sent Events from a stream of text, whatever the pieces: a line or a line end may be cut anywhere. */

export class EventParser {
	#buffer = "";
	#name = "";
	/** @type {string[]} */
	#data = [];

	/**
	 * @param {string} piece
	 * @returns {{ name: string, data: string }[]} the events that this piece completed
	 */
	feed(piece) {
		this.#buffer += piece;
		const events = [];
		for (;;) {
			// A carriage return at the very end may be half of CR LF: it waits for the next piece.
			const end = /\r\n|\n|\r(?!$)/.exec(this.#buffer);
			if (!end) return events;
			const line = this.#buffer.slice(0, end.index);
			this.#buffer = this.#buffer.slice(end.index + end[0].length);
			const event = this.#line(line);
			if (event) events.push(event);
		}
	}

	/** @param {string} line */
	#line(line) {
		if (line === "") return this.#dispatch();
		const colon = line.indexOf(":");
		const field = colon < 0 ? line : line.slice(0, colon);
		const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
		if (field === "event") this.#name = value;
		if (field === "data") this.#data.push(value);
		return null;
	}

	#dispatch() {
		const event = this.#data.length ? { name: this.#name || "message", data: this.#data.join("\n") } : null;
		this.#name = "";
		this.#data = [];
		return event;
	}
}
