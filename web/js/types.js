/**
 * The values of the HTTP API that the page reads. Offsets are Unicode code points, half-open.
 *
 * @typedef {{ passage_id: string, document_id: string, document_title: string, heading: string, page: number | null, text: string, year?: number | null }} Evidence
 * @typedef {{ number: number, document_id: string, document_title: string, heading: string, page: number | null, quote: string, readable?: string, start: number, end: number, year?: number | null }} Citation
 * @typedef {"supported" | "partly" | "unsupported"} Verdict
 * @typedef {{ text: string, verdict: Verdict, reason: string | null, citations: number[] }} Sentence
 * @typedef {{ text: string, verdict: Verdict, reason: string }} Withheld
 * @typedef {{ search_ms: number, first_token_ms: number | null, first_sentence_ms: number | null, total_ms: number }} Timings
 * @typedef {"answered" | "partly_answered" | "not_in_reports" | "out_of_scope" | "needs_clarification" | "false_premise"} Status
 * @typedef {{ id: string, conversation_id?: string | null, status: Status, reason: string | null, clarifications: string[], question: string, standalone_question: string,
 *   answer: string, sentences: Sentence[], citations: Citation[], evidence: Evidence[], withheld: Withheld[], timings: Timings, notices?: string[], neutralised?: number }} Answer
 * @typedef {{ id: string, title: string, authors: string[], year: number | null, media_type: string, pages: number | null, words: number,
 *   passages: number, state: string, sample?: boolean }} Report
 * @typedef {{ kind: string, start: number, end: number, headings: string[], page: number | null, lead?: { start: number, end: number } | null }} Block
 * @typedef {Report & { text: string, blocks: Block[] }} FullReport
 * @typedef {"up" | "down"} Rating
 * @typedef {{ document_id: string, start: number, end: number, number?: number, page?: number | null, title?: string }} Place
 */

export {};
