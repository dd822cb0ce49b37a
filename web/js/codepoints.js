/** The API counts code points, JavaScript counts UTF-16 units: this converts. */

export class CodePoints {
	#text;
	/** @type {string[] | null} only where the two counts differ */
	#points;

	/** @param {string} text */
	constructor(text) {
		this.#text = text;
		this.#points = /[\ud800-\udbff][\udc00-\udfff]/.test(text) ? Array.from(text) : null;
	}

	get length() {
		return this.#points ? this.#points.length : this.#text.length;
	}

	/** @param {number} start @param {number} end */
	slice(start, end) {
		return this.#points ? this.#points.slice(start, end).join("") : this.#text.slice(start, end);
	}
}

/** How many code points a text has. @param {string} text */
export const count = (text) => new CodePoints(text).length;
