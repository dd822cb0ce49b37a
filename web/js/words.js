/** Every English text of the page. A translation is a copy of this module. */

/** @param {number} n @param {string} one @param {string} [many] */
const some = (n, one, many = `${one}s`) => `${n.toLocaleString("en-GB")} ${n === 1 ? one : many}`;

/** A heading inside a sentence; abbreviations and names of several capitals stay. @param {string} text */
const lower = (text) => (/^\p{Lu}\p{Ll}+(?![^ ]*\p{Lu})/u.test(text) && !/\p{Lu}/u.test(text.slice(1)) ? text[0].toLowerCase() + text.slice(1) : text);

export const words = {
  skip: "Skip to the question box",
  menu: "Menu",
  navigation: "Trendwise",
  newConversation: "New question",
  close: "Close",
  cancel: "Cancel",
  save: "Save",
  undo: "Undo",
  retry: "Try again",
  loading: "Loading…",

  places: { ask: "Ask", reports: "Reports", compare: "Compare", trust: "Trust and health" },

  theme: {
    /** @param {string} now */
    label: (now) => `Appearance: ${now}`,
    names: /** @type {Record<string, string>} */ ({ system: "as the system", light: "light", dark: "dark" }),
  },

  ask: {
    title: "What do the reports say?",
    /** @param {number} reports @param {number} passages */
    holdings: (reports, passages) => `${some(reports, "report")}, ${some(passages, "passage")}, all on this machine. Every sentence of an answer is checked against the reports and shows the words it rests on.`,
    noReports: "There is no report to ask yet. Add one, and ask it anything.",
    addReport: "Add a report",
    suggestions: "You could ask",
    /** @param {string} topic */
    suggestion: (topic) => `What do the reports say about ${lower(topic)}?`,
    label: "Your question",
    followUp: "Ask a follow-up, or something new",
    placeholder: "For example: which technology stands out this year?",
    send: "Ask",
    stop: "Stop",
    hint: "Enter asks, Shift and Enter start a new line.",
    /** @param {number} left */
    left: (left) => (left >= 0 ? `${some(left, "character")} left` : `${some(-left, "character")} too many`),
    preview: "In the reports as you type",
    conversation: "Conversation",
    /** @param {number} n */
    earlier: (n) => `Show ${some(n, "earlier question")}`,
  },

  turn: {
    you: "You asked",
    searching: "Searching the reports…",
    /** @param {number} n @param {number} ms */
    reading: (n, ms) => `Found ${some(n, "passage")} in ${ms} ms. Reading them…`,
    writing: "Writing. Each sentence is checked before it counts.",
    waiting: "The service is busy. Your question waits its turn.",
    draft: "Draft, being checked",
    /** @param {string} question */
    standalone: (question) => `Understood as: ${question}`,
    stopped: "You stopped this answer. What is above was checked; the rest was not written.",
    stoppedEmpty: "You stopped this answer before a sentence was checked.",
    failed: "This answer did not finish",
    back: "The service is back.",
    edit: "Edit and ask again",
    copy: "Copy",
    copyMarkdown: "Copy as Markdown",
    copied: "Copied, with its sources.",
    notCopied: "The browser did not allow copying. Select the text instead.",
    /** @param {number} n */
    passages: (n) => `${some(n, "passage")} nearest to the question`,
    nearest: "Nearest passages",
    quotations: "Quotations",
    /** @param {import("./types.js").Timings} t */
    timings: (t) => `${(t.total_ms / 1000).toFixed(1)} s`,
    /** @param {number} n */
    neutralised: (n) => `${some(n, "invisible character")} removed from the question.`,
    /** @param {number} n */
    done: (n) => `Answer finished: ${some(n, "sentence")}.`,
  },

  verdicts: /** @type {Record<string, string>} */ ({ supported: "Supported", partly: "Partly supported", unsupported: "Withheld" }),

  check: {
    title: "How each sentence was checked",
    /** @param {number} supported @param {number} partly @param {number} withheld */
    counts: (supported, partly, withheld) =>
      [supported && `${supported} supported`, partly && `${partly} partly`, withheld && `${withheld} withheld`].filter(Boolean).join(", "),
    /** @param {number} p */
    support: (p) => `support ${Math.round(p * 100)}%`,
    /** @param {number} n */
    withheld: (n) => `${some(n, "sentence")} withheld`,
    withheldWhy: "The model also wrote this. The reports do not support it, so it is not part of the answer.",
  },

  refusals: /** @type {Record<string, { title: string, next: string }>} */ ({
    not_in_reports: { title: "The reports do not answer this", next: "These passages came nearest. They may help to ask another way." },
    out_of_scope: { title: "Outside what the reports cover", next: "Ask about something that the reports discuss." },
    needs_clarification: { title: "Which do you mean?", next: "Choose a reading, or ask again in your own words." },
    false_premise: { title: "The question assumes something the reports do not say", next: "These passages say what the reports do say." },
  }),

  cite: {
    /** @param {number} n @param {string} title */
    chip: (n, title) => `Quotation ${n}, ${title}`,
    /** @param {number} page */
    page: (page) => `page ${page}`,
    open: "Open in the report",
  },

  source: {
    title: "Report",
    /** @param {number} i @param {number} n */
    position: (i, n) => `Quotation ${i} of ${n}`,
    next: "Next quotation",
    previous: "Previous quotation",
    close: "Close the report",
    original: "Original file",
    contents: "Contents",
    text: "Text of the report",
    begins: "Quotation: ",
    ends: " End of quotation.",
    superseded: "A newer version of this report has replaced this one.",
    moved: "The quotation is not in this version of the report.",
    keys: "Keys: ] next, [ previous, Esc close",
  },

  history: "Conversations",
  conversations: {
    search: "Search conversations",
    none: "Your conversations will be listed here. They stay on this machine.",
    noMatch: "No conversation has these words.",
    /** @param {string} title */
    remove: (title) => `Delete conversation: ${title}`,
    removed: "Conversation deleted.",
    gone: "This conversation is not here any more. It may have been deleted.",
    untitled: "Untitled",
    export: "Export",
    formats: /** @type {Record<string, string>} */ ({ md: "Markdown", docx: "Word document", html: "Web page to print" }),
    print: "Print this page",
  },

  filters: {
    title: "Reports to ask",
    all: "All reports",
    /** @param {number} n */
    some: (n) => `${some(n, "restriction")}`,
    years: "Years",
    reports: "Reports",
    clear: "Ask all reports",
    find: "Find a report",
    /** @param {string} name */
    drop: (name) => `Remove restriction: ${name}`,
  },

  reports: {
    title: "Reports",
    intro: "Answers come from these reports and from nothing else. They never leave this machine.",
    add: "Choose files",
    drop: "Drop reports here",
    kinds: "PDF, Word, HTML, Markdown or plain text, 25 MB at most",
    none: "No reports yet.",
    /** @param {string} name @param {string} state */
    progress: (name, state) => `${name}: ${state}`,
    sending: "sending",
    reading: "reading and indexing",
    done: "ready to ask",
    unchanged: "already here, nothing changed",
    tooLarge: "is larger than 25 MB. Split it, or save it with smaller images.",
    /** @param {import("./types.js").Report} r */
    facts: (r) => [r.year, r.pages && some(r.pages, "page"), some(r.words, "word"), some(r.passages, "passage")].filter(Boolean).join(" · "),
    states: /** @type {Record<string, string>} */ ({ ready: "Ready", superseded: "Replaced by a newer version", sample: "Sample" }),
    open: "Read",
    askThis: "Ask this report",
    original: "Original",
    edit: "Edit",
    remove: "Delete",
    /** @param {string} title */
    removed: (title) => `“${title}” deleted, with everything that was made from it.`,
    /** @param {string} title */
    removing: (title) => `“${title}” will be deleted.`,
    editTitle: "Title",
    editYear: "Year",
    badYear: "Give the year as four digits, or leave it empty.",
    brief: "Brief and contents",
    noBrief: "This report has no headings to list.",
    /** @param {string} verb @param {string} title */
    doing: (verb, title) => `${verb}: ${title}`,
  },

  compare: {
    title: "Compare reports",
    intro: "Pick a topic and two or more reports or years. Each cell is answered from that report alone, with its quotations.",
    topic: "Topic",
    topicHint: "For example: cyber security, skills, data",
    go: "Compare",
    by: "Compare by",
    byReport: "Report",
    byYear: "Year",
    tooFew: "Choose at least two to compare.",
    noTopic: "Write a topic to compare.",
    working: "Comparing. Each cell is checked as it is written.",
    /** @param {string} topic */
    caption: (topic) => `What the reports say about ${topic}`,
    report: "Report",
    says: "What it says",
    nothing: "Does not say",
  },

  trust: {
    title: "Trust and health",
    intro: "What stands behind an answer on this machine.",
    indexed: "What is indexed",
    model: "The model",
    evaluation: "How it was evaluated",
    noEvaluation: "No evaluation has been run on this machine yet. Run: trendwise eval questions FILE",
    last: "The last answer",
    noLast: "Ask something to see where the time goes.",
    method: "How a sentence earns its place",
    steps: [
      "The question is searched in the reports, by meaning and by words.",
      "A language model on this machine writes plain sentences from the best passages. It is never asked to cite.",
      "Each sentence is set beside the exact words of the reports that could support it. Numbers, names and dates must occur there.",
      "What is supported is shown with its quotation. What is not is withheld, and listed with the reason.",
    ],
    names: /** @type {Record<string, string>} */ ({
      search_ms: "Search", first_token_ms: "First word", first_sentence_ms: "First checked sentence", total_ms: "In all",
    }),
  },

  feedback: {
    good: "Helpful",
    poor: "Not helpful",
    reason: "What was wrong? (optional)",
    reasonGood: "What was good? (optional)",
    send: "Send",
    thanks: "Thank you. Kept with the answer on this machine.",
  },

  errors: {
    unreachable: "The service does not answer. Check that it is running, then try again.",
    broken: "The connection broke before the answer was finished. Nothing unchecked was kept.",
    /** @param {number} status */
    status: (status) => `The service could not do this (status ${status}). Try again.`,
    unexpected: "The page could not show this. Reload it and try again.",
    /** @param {number} seconds */
    wait: (seconds) => `Try again in ${some(seconds, "second")}.`,
  },
};
