/**
 * Waits until a service that was lost answers again. A broken stream is not resumed: the service drops the work of whoever
 * leaves, within a second, for those who stay. The question is asked again by a press.
 */

const PAUSE = 2000;

/** @param {() => boolean} wanted whether anybody still waits */
export async function serviceBack(wanted) {
	while (wanted()) {
		await new Promise((resolve) => setTimeout(resolve, PAUSE));
		try {
			if ((await fetch("/healthz")).ok) return true;
		} catch {
			// Not yet.
		}
	}
	return false;
}
