"""`/v1` with the official `openai` client over a real socket, and what it must refuse."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import httpx2
import openai
import pytest
from fastapi.testclient import TestClient

from service.api.housekeeping import housekeeping
from service.errors import ModelFailed
from service.llm.scripted import Rule, ScriptedModel
from service.llm.types import Turn
from service.runtime import Runtime

QUESTION = "What is the stand-out technology trend for councils in 2024?"
MESSAGES = [{"role": "user", "content": QUESTION}]


@pytest.fixture
def ai(runtime: Runtime, serve: Callable[[Runtime], AbstractContextManager[str]]) -> Iterator[openai.OpenAI]:
    with serve(runtime) as url, openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
        yield client


def test_a_completion_is_the_answer_with_its_citations(ai: openai.OpenAI) -> None:
    url = str(ai.base_url).removesuffix("/v1/")
    answer = httpx2.post(f"{url}/api/chat", json={"question": QUESTION}).json()
    completion = ai.chat.completions.create(model=ai.models.list().data[0].id, messages=MESSAGES, temperature=0)
    [choice] = completion.choices
    assert choice.finish_reason == "stop"
    assert choice.message.content == answer["answer"]
    assert choice.message.annotations
    for annotation in choice.message.annotations:
        marked = annotation.url_citation
        assert choice.message.content[marked.start_index : marked.end_index] == "[1]"
        assert marked.url == url + answer["citations"][0]["url"]
    assert completion.usage.total_tokens > 0
    assert completion.citations[0]["quote"] == answer["citations"][0]["quote"]
    assert completion.grounding["status"] == answer["status"]
    assert [s["text"] for s in completion.grounding["sentences"]] == [s["text"] for s in answer["sentences"]]
    assert httpx2.get(f"{url}/api/conversations").json()["conversations"][0]["turns"] == 1


def test_the_stream_says_the_same(ai: openai.OpenAI) -> None:
    whole = ai.chat.completions.create(model="trendwise", messages=MESSAGES)
    chunks = list(
        ai.chat.completions.create(
            model="trendwise", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].usage == whole.usage
    last = chunks[-2]
    assert last.choices[0].finish_reason == "stop"
    assert last.citations == whole.citations
    assert last.choices[0].delta.annotations == [a.model_dump() for a in whole.choices[0].message.annotations]


def test_nothing_unverified_is_streamed(
    open_runtime: Callable[..., Runtime], client_of: Callable[[Runtime], TestClient]
) -> None:
    invented = "Councils spent 900 million pounds on cyber security in 2023."
    client = client_of(open_runtime(ScriptedModel([Rule(".", invented)])))
    for stream in (False, True):
        body = {
            "model": "trendwise",
            "messages": [{"role": "user", "content": "How much was spent on cyber security?"}],
        }
        assert "900 million" not in client.post("/v1/chat/completions", json=body | {"stream": stream}).text


def test_a_follow_up_content_parts_and_a_system_message(ai: openai.OpenAI) -> None:
    messages = [
        {"role": "system", "content": "You are a pirate."},
        *MESSAGES,
        {"role": "assistant", "content": "Artificial intelligence [1]."},
        {"role": "user", "content": [{"type": "text", "text": "Which basics does it need?"}]},
    ]
    completion = ai.chat.completions.create(model="trendwise", messages=messages)
    assert completion.choices[0].message.content


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"n": 2}, "n"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"logprobs": True}, "logprobs"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"extra_body": {"colour": "red"}}, "colour"),
        ({"extra_body": {"years": ["soon"]}}, "years.0"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "assistant", "content": "Hello."}]}, "messages"),
        ({"messages": [{"role": "user", "content": "x" * 5000}]}, "messages"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "messages.0.role"),
        ({"messages": [{"role": "tool", "content": "x", "tool_call_id": "1"}, *MESSAGES]}, "messages.0.role"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x/"}}]}]},
            "messages.0.content.0",
        ),
    ],
)
def test_what_is_not_supported_is_named(ai: openai.OpenAI, given: dict, named: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        ai.chat.completions.create(**({"model": "trendwise", "messages": MESSAGES} | given))
    assert caught.value.param == named
    assert caught.value.type == "invalid_request_error"


def test_parameters_that_say_nothing_are_accepted(ai: openai.OpenAI) -> None:
    completion = ai.chat.completions.create(
        model="trendwise", messages=MESSAGES, n=1, tools=[], response_format={"type": "text"}, logprobs=False,
        tool_choice="none", max_tokens=5, top_p=0.1, seed=1, user="me", stop=["x"], presence_penalty=1,
    )  # fmt: skip
    assert completion.choices[0].message.content


def test_errors_come_in_openais_envelope(reader: TestClient) -> None:
    body = {"model": "trendwise", "messages": MESSAGES}
    for response, status, kind in (
        (reader.post("/v1/chat/completions", json=body | {"model": "gpt-4"}), 404, "not_found_error"),
        (reader.post("/v1/chat/completions", json=body | {"documents": ["nothing"]}), 404, "not_found_error"),
        (reader.get("/v1/models/gpt-4"), 404, "not_found_error"),
        (reader.get("/v1/nothing"), 404, "not_found_error"),
        (reader.get("/v1/chat/completions"), 405, "invalid_request_error"),
        (reader.post("/v1/chat/completions", content=b"{", headers={"content-type": "application/json"}), 400, None),
        (reader.post("/v1/chat/completions", content=b"x" * 2_000_000), 413, None),
        (reader.get("/v1/models", headers={"host": "evil.example"}), 421, None),
    ):
        assert response.status_code == status
        assert set(response.json()["error"]) == {"message", "type", "param", "code"}
        assert response.json()["error"]["type"] == (kind or "invalid_request_error")


def test_an_engine_that_fails_in_mid_stream_is_an_error_for_the_client(
    open_runtime: Callable[..., Runtime], serve: Callable[[Runtime], AbstractContextManager[str]]
) -> None:
    broken = ScriptedModel([Rule(".", "Artificial intelligence is", ModelFailed("The engine stopped."))])
    with (
        serve(open_runtime(broken)) as url,
        openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client,
        pytest.raises(openai.APIError, match="The engine stopped"),
    ):
        list(client.chat.completions.create(model="trendwise", messages=MESSAGES, stream=True))


TITLE = """### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Output:
JSON format: { "title": "your concise title here" }
### Chat History:
<chat_history>
USER: What is the stand-out trend?
ASSISTANT: AI.
</chat_history>"""


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        (TITLE, '{"title": "What is the stand-out trend?"}'),
        (
            "Provide a concise, 5-word-or-less title for the conversation.\nUser: Which risks?\nAI: Many.",
            "Which risks?",
        ),
        ("Generate a title for the above conversation.", "How are councils doing?"),
        (TITLE.replace("title", "tags").replace("Generate a concise, 3-5 word", "Generate 1-3 broad"), '{"tags": []}'),
        ("### Task:\nSuggest 3-5 relevant follow-up questions based on the chat history. JSON", '{"follow_ups": []}'),
        ("### Task:\nAnalyze the chat history to determine the necessity of generating search queries. JSON", None),
    ],
)
def test_housekeeping_of_front_ends_is_done_without_the_model(prompt: str, answer: str | None) -> None:
    answer = '{"queries": []}' if answer is None else answer
    assert housekeeping(prompt, (Turn("user", "How are councils doing?"),) if "above" in prompt else ()) == answer


@pytest.mark.parametrize(
    "question",
    [
        QUESTION,
        "What is the title of the report?",
        "Generate a summary of the follow-up questions in the report.",
        "Which tags does the strategy give to conversations with citizens?",
        "Suggest a title for a paper on AI.",
        "Give me the questions that a council should ask suppliers.",
    ],
)
def test_real_questions_are_not_housekeeping(question: str) -> None:
    assert housekeeping(question) is None


def test_a_title_call_needs_no_model(ai: openai.OpenAI, runtime: Runtime) -> None:
    completion = ai.chat.completions.create(model="trendwise", messages=[{"role": "user", "content": TITLE}])
    assert completion.choices[0].message.content == '{"title": "What is the stand-out trend?"}'
    streamed = ai.chat.completions.create(model="trendwise", messages=[{"role": "user", "content": TITLE}], stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in streamed).startswith('{"title"')
    assert runtime.model.prompts == []
