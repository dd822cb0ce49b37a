/** Deletion with a way back: it disappears at once, and is really deleted when the time to undo is over. */

import { remove } from "./api.js";
import { toast } from "./toast.js";
import { words } from "./words.js";

const TIME = 7000;
/** @type {Set<() => void>} what leaving the page must not forget */
const pending = new Set();

/** @param {{ text: string, path: string, restore: () => void, done?: () => void }} deletion `restore` shows again what was hidden */
export function removeLater({ text, path, restore, done }) {
	const commit = async () => {
		pending.delete(end);
		try {
			await remove(path, { keepalive: true });
			done?.();
		} catch (error) {
			toast(error.message);
			restore();
		}
	};
	const press = () => {
		pending.delete(end);
		restore();
	};
	const end = toast(text, { action: words.undo, press, after: commit, time: TIME, focus: true });
	pending.add(end);
}

window.addEventListener("pagehide", () => {
	for (const end of pending) end();
});
