/** Waits until a service that was lost answers again. */

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
