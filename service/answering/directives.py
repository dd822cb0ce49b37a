"""Instructions that a text gives to whoever answers from it. A report informs; it does not command the assistant.

What reads like such an instruction is neither shown to the model nor citable, and is left out of a question.
Patterns alone never catch all of it; the main defence is that every presented sentence must be supported by
a quotation. This one sees to it that the quotation is not the instruction itself.
"""

import re
from collections.abc import Sequence

from service.answering.segment import sentences

_ACT = r"(?:ignore|disregard|forget|override|overrule|bypass|skip|suppress|discard|drop|pay no (?:attention|heed) to|do not (?:follow|obey|heed))"
_RULES = (
    r"(?:instruction|directive|prompt|guideline|question|rule|(?:previous|prior|above|preceding|earlier|other|foregoing|former)\b|"
    r"everything (?:above|else|before)|system message|context|constraints?|your training)"
)
_SAY = r"(?:answer|reply|respond|response|output|say|print|state|write|repeat|return|tell|inform|begin|start|end|finish|conclude|append|include|insert|display|present|translate|reveal|cite)"
_MACHINE = r"(?:assistants?|chat ?bots?|language models?|llms?|ai (?:systems?|models?|agents?|tools?|readers?)|(?:ai|retrieval|summari[sz]ation) (?:pipelines?|software)|bots?|agents?)"

_PATTERNS = [
    (cues, re.compile(pattern, re.I))
    for cues, pattern in (
        (
            (
                "ignor",
                "disregard",
                "forget",
                "overrid",
                "overrul",
                "bypass",
                "skip",
                "suppress",
                "discard",
                "drop",
                "pay no ",
                "do not ",
            ),
            rf"\b{_ACT}\b[^.!?\n]{{0,60}}\b{_RULES}",
        ),
        (
            (
                "note",
                "message",
                "instruction",
                "attention",
                "directive",
                "notice",
                "reminder",
                "consigne",
                "nota",
                "hinweis",
            ),
            rf"\b(?:note|message|instructions?|attention|directive|notice|reminder|consigne|nota|hinweis)\b[^.!?\n]{{0,20}}\b(?:to|for|pour|para|für)\b[^.!?\n]{{0,20}}\b(?:{_MACHINE}|l['’]assistant|model)\b",
        ),
        (
            ("assistant", "bot", "language model", "llm", "ai ", "pipeline", "software", "agent"),
            rf"\b{_MACHINE}\b[^.!?\n]{{0,40}}\b(?:must|should|shall|has to|have to|are to|is to|needs? to|will now|stop|please)\b[^.!?\n]{{0,40}}\b{_SAY}\b",
        ),
        (
            ("answer", "reply", "respond", "tell the ", "say that", "state that", "reveal"),
            r"\byou\b[^.!?\n]{0,30}\b(?:must|should|shall|are to|will now|have to|need to)\b[^.!?\n]{0,30}\b(?:answer|reply|respond|tell the (?:user|reader)|say that|state that|reveal)\b",
        ),
        (
            ("your ",),
            r"\b(?:in|of|to|from|with|begin|end|start) your (?:answer|answers|reply|replies|response|responses|output|summary|message)\b",
        ),
        (
            ("answer", "reply", "respond"),
            r"\b(?:answer|reply|respond)(?: to)? (?:only|solely|exclusively|just|every|all|any|each|the (?:user|question|reader))\b",
        ),
        (
            ("answer", "reply", "respond", "output", "say", "print", "write", "return"),
            r"\b(?:answer|reply|respond|output|say|print|write|return)\b[^.!?\n]{0,25}\b(?:only|exactly|nothing else|nothing but|this one line|the following|the words?|the phrase|the text|verbatim)\b",
        ),
        (
            ("answer", "repl", "response", "question"),
            r"\b(?:every|all|any|each) (?:answers?|repl(?:y|ies)|responses?|questions?)\b[^.!?\n]{0,40}\b(?:must|should|shall|with|has to|have to|is to|are to)\b",
        ),
        (
            ("do not ", "don't", "don’t", "never "),
            r"\b(?:do not|don['’]t|never) (?:answer|reply to|tell|inform|mention|reveal|disclose|say anything)\b",
        ),
        (
            ("your", "as the answer"),
            r"\b(?:as|write) your (?:answer|reply|response|source)\b|\bas the (?:answer|source of your)\b",
        ),
        (
            ("who ask",),
            r"\b(?:readers?|users?|anyone|people|those) who asks?\b[^.!?\n]{0,60}\b(?:must|should|shall|are to|has to|have to)\b[^.!?\n]{0,20}\b(?:be )?(?:told|sent|shown|given|asked|directed|referred)\b",
        ),
        (
            ("citing", "quoting", "summari", "answering", "asked about", "you cite", "you quote", "you answer"),
            r"\bwhen(?:ever)? (?:citing|quoting|summari[sz]ing|answering|asked about|you (?:cite|quote|answer|summari[sz]e))\b[^.!?\n]{0,80}\b(?:write|say|state|add|include|must|should|always|answer|use|mention)\b",
        ),
        (
            ("override", "supersede", "precedence", "replace"),
            r"\b(?:overrides?|supersedes?|takes? precedence over|replaces?) (?:all|any|every|everything)\b[^.!?\n]{0,60}",
        ),
        (
            ("must be ",),
            r"\bmust be (?:given|stated|repeated|included|told|presented)\b[^.!?\n]{0,40}\b(?:whenever|in (?:every|any|all)|each time|to (?:every|any|all))\b",
        ),
        (("be ignored",), r"\b(?:has|have) to be ignored\b|\bmust be ignored\b|\bshould be ignored\b"),
        (
            ("user",),
            r"\b(?:the )?user['’]?s? (?:question|name|query|conversation|session|prompt|request|input)\b[^.!?\n]{0,60}\b(?:filled|encoded|replaced|append|insert|send|url)\b",
        ),
        (
            ("user",),
            r"\b(?:filled|encoded|replaced|append(?:ed)?|insert(?:ed)?|url-encoded)\b[^.!?\n]{0,60}\b(?:the )?user['’]s (?:question|name|query|conversation|prompt|input)\b",
        ),
        (
            ("you are no", "act as ", "behave as ", "respond as ", "pretend as ", "roleplay as "),
            r"\byou are (?:now|no longer)\b|\b(?:act|behave|respond|pretend|roleplay) as (?:if|an?|the)\b[^.!?\n]{0,40}\b(?:assistant|ai|model|dan|admin\w*|developer|unrestricted)\b",
        ),
        (
            ("prompt", "message", "instruction"),
            r"\b(?:your|the) (?:system|developer|hidden|initial) (?:prompt|message|instructions?)\b[^.!?\n]{0,40}\b(?:verbatim|word for word|in full|above|now)\b",
        ),
        (
            ("jailbreak", "developer mode", "dan mode", "prompt injection"),
            r"\bjailbreak|\bdeveloper mode\b|\bDAN mode\b|\bprompt injection\b.{0,20}\b(?:test|succe)",
        ),
        (
            ("<", "inst]", "system", "assistant"),
            r"<\|?/?(?:im_start|im_end|system|endoftext|user|assistant)\|?>|\[/?INST\]|<</?SYS>>|^\s*(?:system|assistant)\s*:",
        ),
        (
            ("directive", '"action"', '"role"'),
            r"\bdirective\b\s*[\"':]+|\"(?:action|role)\"\s*:\s*\"(?:override|system)",
        ),
        (
            ("french", "german", "spanish", "base64", "rot13", "pirate", "emoji", "morse", "binary", "hex"),
            r"\b(?:respond|reply|answer|write|translate)\b[^.!?\n]{0,20}\b(?:in|into) (?:french|german|spanish|base64|rot13|pirate|emoji|morse|binary|hex)",
        ),
        (
            ("ne tenez", "ignor", "pondez", "antworte"),
            r"\bne tenez aucun compte\b|\bignorez\b|\bignoriere\b|\bignora(?:d|te)?\b (?:las|todas|le|tutte)|\br[ée]pondez (?:uniquement|seulement)\b|\bantworte (?:nur|ausschlie)",
        ),
    )
]
"""Each pattern with its cues: no text has the pattern that has none of them. To look for them takes a fiftieth of the time."""
_SMALL = str.maketrans("İıſ", "iis")
"""Letters that a pattern takes for others, whatever their case; of the rest `lower` is what it compares."""
_FOREIGN = frozenset(
    [
        "le",
        "la",
        "les",
        "des",
        "une",
        "est",
        "pour",
        "dans",
        "que",
        "qui",
        "sur",
        "vous",
        "nous",
        "avec",
        "ne",
        "pas",
        "el",
        "los",
        "las",
        "una",
        "es",
        "por",
        "con",
        "para",
        "del",
        "se",
        "no",
        "der",
        "die",
        "das",
        "und",
        "ist",
        "nicht",
        "ein",
        "eine",
        "mit",
        "auf",
        "den",
        "dem",
        "il",
        "gli",
        "di",
        "che",
        "per",
        "non",
        "sono",
        "het",
        "een",
        "van",
        "niet",
        "voor",
        "zijn",
        "y",
        "yr",
        "yn",
        "ac",
        "mae",
    ]
)
_LETTERS = re.compile(r"[^\W\d_]+")


def is_directive(sentence: str) -> bool:
    """Whether a sentence reads like an instruction to the one who answers."""
    small = sentence.translate(_SMALL).lower()
    return any(any(cue in small for cue in cues) and pattern.search(sentence) for cues, pattern in _PATTERNS)


def is_foreign(sentence: str) -> bool:
    """Whether a sentence is full of another language's commonest words: what it says cannot be checked here."""
    found = [word.lower() for word in _LETTERS.findall(sentence)]
    return len(found) >= 8 and sum(word in _FOREIGN for word in found) / len(found) >= 0.25


def flagged(texts: Sequence[str], joined: Sequence[bool]) -> list[bool]:
    """Per sentence, whether it or a sentence of the same paragraph is a directive. `joined[i]` tells whether sentence i
    stands in the same paragraph as sentence i - 1: an instruction's payload is often the sentence after it."""
    marks = [is_directive(text) or is_foreign(text) for text in texts]
    for order in (range(1, len(marks)), range(len(marks) - 1, 0, -1)):
        for i in order:
            if joined[i] and (marks[i] or marks[i - 1]):
                marks[i] = marks[i - 1] = True
    return marks


def without_directives(question: str) -> tuple[str, bool]:
    """A question without the sentences that try to command the one who answers, and whether there were any."""
    parts = sentences(question)
    kept = [part for part in parts if not is_directive(part)]
    if len(kept) == len(parts):
        return question, False
    return " ".join(kept), True
