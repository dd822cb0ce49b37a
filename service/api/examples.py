"""One example a payload, for the OpenAPI description. Shortened ids; otherwise what the API really gives."""

from typing import Any

TYPED: dict[str, Any] = {"question": "What is the stand-out technology trend for 2024?"}
QUESTION: dict[str, Any] = TYPED | {"stream": False}

EVIDENCE: dict[str, Any] = {
    "passage_id": "5b1e9c0d4f6a7b82-3",
    "document_id": "5b1e9c0d4f6a7b82",
    "document_title": "Public sector digital trends 2024",
    "heading": "Technology trends › Artificial intelligence",
    "page": 3,
    "text": "AI is the stand-out technology trend for 2024. It is becoming a partner, not a replacement.",
    "score": 0.61,
    "year": 2024,
}
CITATION: dict[str, Any] = {
    "number": 1,
    "passage_id": "5b1e9c0d4f6a7b82-3",
    "document_id": "5b1e9c0d4f6a7b82",
    "document_title": "Public sector digital trends 2024",
    "heading": "Technology trends › Artificial intelligence",
    "page": 3,
    "quote": "AI is the stand-out technology trend for 2024.",
    "start": 1204,
    "end": 1250,
    "url": "/documents/5b1e9c0d4f6a7b82#1204-1250",
    "readable": "AI is the stand-out technology trend for 2024.",
    "year": 2024,
}
SENTENCE: dict[str, Any] = {
    "text": "AI is the stand-out trend for 2024 [1].",
    "start": 0,
    "end": 39,
    "verdict": "supported",
    "reason": None,
    "support": 0.97,
    "citations": [1],
}
ANSWER: dict[str, Any] = {
    "id": "0d9f6f3f2f3b4a7c8f5e1d2c3b4a5968",
    "status": "answered",
    "reason": None,
    "clarifications": [],
    "question": "What is the stand-out technology trend for 2024?",
    "standalone_question": "What is the stand-out technology trend for 2024?",
    "answer": "AI is the stand-out trend for 2024 [1].",
    "sentences": [SENTENCE],
    "citations": [CITATION],
    "evidence": [EVIDENCE],
    "withheld": [{"text": "It costs £3m.", "verdict": "unsupported", "reason": "The passages give no amount."}],
    "model": "qwen2.5-coder-1.5b-instruct",
    "timings": {"search_ms": 12, "first_token_ms": 840, "first_sentence_ms": 2900, "total_ms": 6100},
    "notices": [],
    "neutralised": 0,
    "conversation_id": "7c9e6679f9f34c0a8a1f4b2f0e6d5c3b",
}
EVENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "One event; its data is JSON.",
    "required": ["data"],
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
}


def json_or_events(description: str, example: dict[str, Any], events: str) -> dict[int | str, dict[str, Any]]:
    """The success of a route that answers with JSON or, where it is asked to, with a stream of events."""
    content = {
        "application/json": {"example": example},
        "text/event-stream": {"schema": EVENT_SCHEMA, "example": events},
    }
    return {200: {"description": description, "content": content}}


EVENTS = """event: evidence
data: {"evidence": [{"passage_id": "5b1e9c0d4f6a7b82-3", "...": "..."}], "search_ms": 12}

event: token
data: {"text": "AI is the", "sentence": 0}

event: sentence
data: {"sentence": {"text": "AI is the stand-out trend [1].", "...": "..."}, "citations": [{"number": 1}]}

event: answer
data: {"id": "0d9f6f3f2f3b4a7c8f5e1d2c3b4a5968", "status": "answered", "...": "..."}

"""
COMPARISON: dict[str, Any] = {"topic": "cyber security", "years": [2023, 2024]}
CELL: dict[str, Any] = {"name": "2024", "year": 2024, "document_id": None, "change": "continued", "answer": ANSWER}
COMPARED: dict[str, Any] = {"topic": "cyber security", "cells": [CELL]}
CELLS = """event: cell
data: {"name": "2024", "year": 2024, "change": "continued", "answer": {"status": "answered", "...": "..."}}

event: comparison
data: {"topic": "cyber security", "cells": [{"name": "2024", "...": "..."}]}

"""
DOCUMENT: dict[str, Any] = {
    "id": "5b1e9c0d4f6a7b82",
    "title": "Public sector digital trends 2024",
    "authors": ["Socitm"],
    "date": "2024",
    "year": 2024,
    "source": "trends-2024.md",
    "media_type": "text/markdown",
    "pages": None,
    "words": 812,
    "passages": 9,
    "added_at": "2026-01-31T09:00:00Z",
    "state": "ready",
    "superseded_by": None,
    "sample": True,
}
JOB: dict[str, Any] = {
    "id": "3f2b8c1d5e6f4a7b8c9d0e1f2a3b4c5d",
    "state": "done",
    "name": "trends-2024.md",
    "document_id": "5b1e9c0d4f6a7b82",
    "outcome": "added",
    "passages": 9,
    "problem": None,
}
CONVERSATION: dict[str, Any] = {
    "id": "7c9e6679f9f34c0a8a1f4b2f0e6d5c3b",
    "title": "What is the stand-out technology trend for 2024?",
    "created_at": "2026-01-31T09:00:00.000Z",
    "updated_at": "2026-01-31T09:02:00.000Z",
    "turns": 2,
}
DOCUMENT_TEXT: dict[str, Any] = {
    "text": "# Public sector digital trends 2024\n\nAI is the stand-out technology trend for 2024.",
    "blocks": [
        {"kind": "title", "start": 0, "end": 35, "headings": [], "page": None, "lead": None},
        {"kind": "paragraph", "start": 37, "end": 83, "headings": [], "page": None, "lead": None},
    ],
    "neutralised": 0,
}
MODELS: dict[str, Any] = {
    "object": "list",
    "data": [{"id": "trendwise", "object": "model", "created": 1767225600, "owned_by": "trendwise"}],
}
COMPLETION: dict[str, Any] = {
    "id": "chatcmpl-0d9f6f3f2f3b4a7c8f5e1d2c3b4a5968",
    "object": "chat.completion",
    "created": 1769850000,
    "model": "trendwise",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": ANSWER["answer"],
                "refusal": None,
                "annotations": [
                    {
                        "type": "url_citation",
                        "url_citation": {
                            "start_index": 35,
                            "end_index": 38,
                            "url": "http://127.0.0.1:8765/documents/5b1e9c0d4f6a7b82#1204-1250",
                            "title": "Public sector digital trends 2024",
                        },
                    }
                ],
            },
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 11, "completion_tokens": 14, "total_tokens": 25},
    "citations": [CITATION],
    "grounding": {"status": "answered", "reason": None, "sentences": [SENTENCE], "evidence": [EVIDENCE]},
}
CHUNKS = """data: {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}

data: {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "AI is the trend [1]."}}]}

data: [DONE]

"""
