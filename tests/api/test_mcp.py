"""`/mcp` with the official SDK's client over a real socket."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from service.runtime import Runtime

QUESTION = "What is the stand-out technology trend for councils in 2024?"
Serve = Callable[[Runtime], AbstractContextManager[str]]


def talk(url: str, say: Callable[[Client], Awaitable[Any]], key: str | None = None) -> Any:
    async def session() -> Any:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
        ):
            return await say(client)

    return anyio.run(session)


def test_tools_and_reports(runtime: Runtime, serve: Serve) -> None:
    async def say(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"search_reports", "ask_reports"}
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools.values())

        hits = (await client.call_tool("search_reports", {"question": "ransomware", "limit": 2})).structured_content
        assert "Ransomware" in hits["hits"][0]["text"]
        answer = (await client.call_tool("ask_reports", {"question": QUESTION})).structured_content
        assert answer["citations"]
        assert "withheld" not in answer

        resources = (await client.list_resources()).resources
        assert {resource.name for resource in resources} == {"Digital trends for councils 2024", "Skills survey 2021"}
        cited = answer["citations"][0]
        [content] = (await client.read_resource(f"report://{cited['document_id']}")).contents
        assert content.text[cited["start"] : cited["end"]] == cited["quote"]

    with serve(runtime) as url:
        talk(url, say)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"question": ""},
        {"question": "x" * 5000},
        {"question": "x", "documents": ["nothing"]},
        {"question": "\u200b"},
    ],
)
def test_mistakes_are_tool_errors(runtime: Runtime, serve: Serve, arguments: dict[str, Any]) -> None:
    async def say(client: Client) -> Any:
        return [await client.call_tool(tool, arguments) for tool in ("search_reports", "ask_reports")]

    with serve(runtime) as url:
        for result in talk(url, say):
            assert result.is_error
            assert result.content[0].text


def test_it_is_behind_the_same_guards(runtime: Runtime, serve: Serve) -> None:
    with serve(runtime) as url:
        assert httpx2.post(f"{url}/mcp", json={}, headers={"host": "evil.example"}).status_code == 421
        assert httpx2.post(f"{url}/mcp", json={}, headers={"origin": "http://evil.example"}).status_code == 403
        key = runtime.keys.add("Assistant", "ask")
        assert httpx2.post(f"{url}/mcp", json={}).status_code == 401

        async def say(client: Client) -> Any:
            return await client.call_tool("ask_reports", {"question": QUESTION})

        assert not talk(url, say, key).is_error
