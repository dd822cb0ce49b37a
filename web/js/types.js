/**
 * The values of the HTTP API that the page reads. Offsets are Unicode code points, half-open.
 *
 * @typedef {{ passage_id: string, document_id: string, document_title: string, heading: string, page: number | null, text: string, score: number, year?: number | null }} Evidence
 * @typedef {{ number: number, passage_id: string, document_id: string, document_title: string, heading: string, page: number | null, quote: string, readable?: string, start: number, end: number, url: string, year?: number | null }} Citation
 * @typedef {"supported" | "partly" | "unsupported"} Verdict
 * @typedef {{ text: string, start: number, end: number, verdict: Verdict, reason: string | null, support: number, citations: number[] }} Sentence
 * @typedef {{ text: string, verdict: Verdict, reason: string }} Withheld
 * @typedef {{ search_ms: number, first_token_ms: number | null, first_sentence_ms: number | null, total_ms: number }} Timings
 * @typedef {"answered" | "partly_answered" | "not_in_reports" | "out_of_scope" | "needs_clarification" | "false_premise"} Status
 * @typedef {{ id: string, conversation_id?: string | null, status: Status, reason: string | null, clarifications: string[], question: string, standalone_question: string,
 *   answer: string, sentences: Sentence[], citations: Citation[], evidence: Evidence[], withheld: Withheld[], model: string, timings: Timings, notices?: string[], neutralised?: number }} Answer
 * @typedef {{ id: string, title: string, authors: string[], date: string | null, year: number | null, source: string, media_type: string, pages: number | null, words: number,
 *   passages: number, added_at: string, state: string, superseded_by?: string | null, sample?: boolean }} Report
 * @typedef {{ kind: string, start: number, end: number, headings: string[], page: number | null, lead?: { start: number, end: number } | null }} Block
 * @typedef {Report & { text: string, blocks: Block[] }} FullReport
 * @typedef {{ documents: string[], years: number[] }} Filters
 * @typedef {{ document_id: string, start: number, end: number, number?: number, page?: number | null, title?: string }} Place
 */

export {};
