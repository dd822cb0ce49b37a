/** The reports that the service holds, loaded once and shared by whoever shows them. */

import { get } from "./api.js";

/** @typedef {import("./types.js").Report} Report */

class Library extends EventTarget {
  /** @type {Report[]} newest first, without replaced versions */
  reports = [];
  loaded = false;

  async load() {
    const body = await get("/api/documents");
    /** @type {Report[]} */
    const all = body.documents ?? body;
    this.reports = all.filter((report) => report.state !== "superseded");
    this.loaded = true;
    this.dispatchEvent(new Event("change"));
  }

  get years() {
    const years = this.reports.flatMap((report) => (report.year ? [report.year] : []));
    return [...new Set(years)].sort((a, b) => b - a);
  }

  get passages() {
    return this.reports.reduce((sum, report) => sum + report.passages, 0);
  }

  /** Hides a report at once; `load` brings back what still exists. @param {string} id */
  hide(id) {
    this.reports = this.reports.filter((report) => report.id !== id);
    this.dispatchEvent(new Event("change"));
  }
}

export const library = new Library();
