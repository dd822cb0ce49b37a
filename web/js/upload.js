/** One file to the service: sent with progress, then read there by a job that is followed to its end. */

import { get, Problem, route } from "./api.js";
import { words } from "./words.js";

const LIMIT = 25 * 1024 * 1024;
const PAUSE = 500;

/** @typedef {{ id: string, state: "waiting" | "reading" | "done" | "failed", document_id: string | null, outcome: string | null, problem: { detail: string } | null }} Job */

/**
 * @param {File} file
 * @param {(state: string, share: number | null) => void} progress a word, and how much of it is done where that is known
 * @returns {Promise<Job>} throws a `Problem` with what to do
 */
export async function upload(file, progress) {
	if (file.size > LIMIT) throw new Problem(words.reports.tooLarge);
	let job = await send(file, (share) => progress(words.reports.sending, share));
	while (job.state !== "done") {
		if (job.state === "failed") throw new Problem(job.problem?.detail ?? words.errors.unexpected);
		progress(words.reports.reading, null);
		await new Promise((resolve) => setTimeout(resolve, PAUSE));
		job = await get(route("jobs", job.id));
	}
	return job;
}

/** `fetch` tells nothing of what it has sent: this does. @param {File} file @param {(share: number) => void} progress @returns {Promise<Job>} */
function send(file, progress) {
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		request.open("POST", `/api/documents?name=${encodeURIComponent(file.name)}`);
		request.setRequestHeader("content-type", "application/octet-stream");
		request.responseType = "json";
		request.upload.addEventListener("progress", (event) => progress(event.loaded / event.total));
		request.addEventListener("error", () => reject(new Problem(words.errors.unreachable)));
		request.addEventListener("load", () => {
			if (request.status < 300) resolve(request.response);
			else reject(new Problem(request.response?.detail ?? words.errors.status(request.status), request.status));
		});
		request.send(file);
	});
}
