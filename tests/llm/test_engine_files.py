"""Damaged, foreign and missing model files: a sentence with what to do, never a crash."""

import random
import struct
from pathlib import Path

import pytest

from service.errors import BadSetting, ModelFailed, ModelMissing
from service.llm.engine import LlamaModel
from service.llm.llama_file import check_gguf

HEADER_BYTES = 2_000_000
"""The test model's metadata and table of tensors are shorter than this."""


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def tiny(*, magic: bytes = b"GGUF", version: int = 3, tensors: int = 1, offset: int = 0, data: int = 64) -> bytes:
    """A well-formed file with one entry of metadata and one tensor."""
    head = magic + struct.pack("<IQQ", version, tensors, 1)
    entry = text("general.architecture") + struct.pack("<I", 8) + text("llama")
    table = text("weight") + struct.pack("<IQIQ", 1, 16, 0, offset)
    body = head + entry + table
    return body + bytes(-len(body) % 32) + bytes(data)


def write(folder: Path, content: bytes) -> Path:
    path = folder / "model.gguf"
    path.write_bytes(content)
    return path


def test_a_whole_file_passes(tmp_path: Path) -> None:
    check_gguf(write(tmp_path, tiny()))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"GG", "ends early"),
        (b"\x7fELF" + bytes(100), "not a GGUF file"),
        (b"<html>Not found</html>", "not a GGUF file"),
        (tiny(version=1), "version 1"),
        (tiny(version=0x3000000), "version"),
        (tiny(tensors=0), "header is damaged"),
        (tiny(tensors=2**40), "header is damaged"),
        (tiny(tensors=2), "ends early|damaged"),
        (tiny(offset=2**50), "ends early"),
        (tiny(data=0), "ends early"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(tmp_path: Path, content: bytes, reason: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(ModelFailed, match=reason) as failed:
        check_gguf(path)
    assert str(path) in str(failed.value)
    assert "trendwise models get" in str(failed.value)


@pytest.mark.parametrize("kind", [13, 99])
def test_metadata_of_unknown_type(tmp_path: Path, kind: int) -> None:
    content = b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + text("key") + struct.pack("<I", kind) + bytes(64)
    with pytest.raises(ModelFailed, match="unknown type"):
        check_gguf(write(tmp_path, content))


@pytest.mark.parametrize(("kind", "count"), [(8, 2**62), (4, 2**62), (9, 2**20 + 1)])
def test_an_impossible_list_is_not_believed(tmp_path: Path, kind: int, count: int) -> None:
    content = b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + text("key") + struct.pack("<IIQ", 9, kind, count) + bytes(64)
    with pytest.raises(ModelFailed, match=r"ends early|impossible"):
        check_gguf(write(tmp_path, content))


def test_a_missing_file_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="trendwise models get"):
        LlamaModel(tmp_path / "none.gguf", template="chatml")
    with pytest.raises(ModelMissing):
        LlamaModel(tmp_path, template="chatml")


@pytest.mark.model
def test_a_torn_model_is_refused_wherever_it_was_torn(small_model: Path, tmp_path: Path) -> None:
    whole = small_model.read_bytes()
    check_gguf(small_model)
    for size in [0, 3, 8, 24, 1000, HEADER_BYTES, len(whole) // 2, len(whole) - 1]:
        with pytest.raises(ModelFailed, match="trendwise models get"):
            LlamaModel(write(tmp_path, whole[:size]), template="chatml", context=256)


@pytest.mark.model
def test_damaged_headers_never_end_the_process(small_model: Path, tmp_path: Path) -> None:
    """Most damage is found; what is not changes a value that can be read, and only the check meets it here."""
    head = bytearray(small_model.read_bytes()[:HEADER_BYTES])
    dice = random.Random(7)  # noqa: S311
    refused = 0
    for _ in range(60):
        damaged = bytearray(head)
        for _ in range(8):
            damaged[dice.randrange(200)] = dice.randrange(256)
        try:
            check_gguf(write(tmp_path, bytes(damaged)))
        except ModelFailed:
            refused += 1
    assert refused >= 55


@pytest.mark.model
def test_a_template_that_does_not_fit_the_vocabulary_is_named(small_model: Path) -> None:
    with pytest.raises(ModelFailed, match=r"llama3.*TRENDWISE_TEMPLATE"):
        LlamaModel(small_model, template="llama3", context=256)
    with pytest.raises(BadSetting):
        LlamaModel(small_model, template="unheard of", context=256)
