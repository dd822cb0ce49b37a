"""`/mcp` with the official SDK's client over a real socket."""

import json
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from service.llm.scripted import Rule, ScriptedModel
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


LONG = "Artificial intelligence is the stand-out technology trend for councils in 2024. " * 60
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "ask_reports", "arguments": {"question": QUESTION}},
}


def active(url: str) -> int:
    return int(httpx2.get(f"{url}/api/status").json()["active"])


def wait_until(url: str, count: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while active(url) != count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("modern", [False, True])
def test_an_assistant_that_hangs_up_is_worked_for_no_longer(
    open_runtime: Callable[..., Runtime], serve: Serve, modern: bool
) -> None:
    """In both forms of the protocol: a session's handshake of 2025, and every request by itself."""
    version = "2026-07-28"
    meta = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    call = CALL | ({"params": {**CALL["params"], "_meta": meta}} if modern else {})  # type: ignore[dict-item]
    extra = f"MCP-Protocol-Version: {version}\r\nMCP-Method: tools/call\r\nMCP-Name: ask_reports\r\n" if modern else ""
    with serve(open_runtime(ScriptedModel([Rule(".", LONG)], delay=0.05))) as url:
        host, port = url.removeprefix("http://").split(":")
        body = json.dumps(call).encode()
        head = (
            f"POST /mcp HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n{extra}"
            f"Accept: application/json, text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(head.encode() + body)
            wait_until(url, 1, 10)
        wait_until(url, 0, 5)


def test_an_assistant_that_gives_up_is_worked_for_no_longer(open_runtime: Callable[..., Runtime], serve: Serve) -> None:
    async def say(client: Client) -> None:
        with anyio.move_on_after(1.5):
            await client.call_tool("ask_reports", {"question": QUESTION})
            pytest.fail("the answer takes longer than that")
        await anyio.to_thread.run_sync(wait_until, url, 0, 5)

    with serve(open_runtime(ScriptedModel([Rule(".", LONG)], delay=0.05))) as url:
        talk(url, say)
