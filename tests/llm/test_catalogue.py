"""The catalogue: names, files, hashes, and what is refused before it is loaded."""

import json
import os
from pathlib import Path

import pytest

from service.errors import BadSetting, ModelMissing
from service.llm import catalogue
from service.llm.verify import MEMORY, sha256

EXTRA = """
[[entry]]
name = "mine"
title = "A model of one's own"
kind = "language model"
licence = "MIT"
template = "llama3"
hub = {{ repository = "someone/model-GGUF", revision = "{revision}" }}

[[entry.file]]
path = "mine.gguf"
size = 28
sha256 = "{sha256}"
"""
CONTENT = b"GGUF\x03\0\0\0" + bytes(20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A models folder whose own catalogue has one model, which is there."""
    (tmp_path / "mine.gguf").write_bytes(CONTENT)
    (tmp_path / "extra.toml").write_text(EXTRA.format(revision="a" * 40, sha256=sha256(tmp_path / "mine.gguf")))
    return tmp_path


def test_the_built_in_catalogue_names_what_the_product_needs() -> None:
    kinds = {entry.name: entry.kind for entry in catalogue.entries()}
    assert kinds == {
        "default": "language model",
        "small": "language model",
        "test": "language model",
        "embedder": "embedding model",
        "tokeniser": "tokeniser",
    }
    assert catalogue.entry("default").files[0].sha256.startswith("cc324af070c2ecbf")
    assert catalogue.entry("default").size == 1_117_320_768
    assert len(catalogue.entry("default").wheels) == 22


def test_every_entry_has_a_source_and_every_source_is_pinned() -> None:
    for entry in catalogue.entries():
        assert entry.wheels or entry.hub
        assert all(len(wheel.sha256) == 64 for wheel in entry.wheels)


def test_an_entry_of_ones_own_is_found_beside_the_built_in_ones(folder: Path) -> None:
    assert catalogue.entry("mine", folder).template == "llama3"
    assert catalogue.path("mine", folder) == folder / "mine.gguf"
    assert catalogue.entry("default", folder).name == "default"


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(BadSetting, match=r"no model called 'gpt'.*default, small, test.*\.gguf"):
        catalogue.entry("gpt")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('path = "mine.gguf"', 'path = "../mine.gguf"', "plain relative path"),
        ('path = "mine.gguf"', 'path = "/etc/mine.gguf"', "plain relative path"),
        ('template = "llama3"', 'template = "jinja"', "template"),
        ('template = "llama3"', "", "needs a template"),
        ("size = 28", "size = 0", "size"),
        ('licence = "MIT"', 'licence = "MIT"\nrun = "me"', "run"),
        ("[[entry]]", "[[entry", "not a model catalogue"),
    ],
)
def test_a_wrong_extra_catalogue_is_refused_with_its_name(folder: Path, old: str, new: str, said: str) -> None:
    extra = folder / "extra.toml"
    extra.write_text(extra.read_text().replace(old, new, 1))
    with pytest.raises(BadSetting, match=said) as caught:
        catalogue.entries(folder)
    assert str(extra) in str(caught.value)


def test_a_missing_model_says_which_command_fetches_it(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"is missing: run `trendwise models get default`"):
        catalogue.path("default", tmp_path)


def test_a_changed_byte_is_found_although_the_file_was_verified_before(folder: Path) -> None:
    catalogue.path("mine", folder)
    with (folder / "mine.gguf").open("r+b") as file:
        file.seek(20)
        file.write(b"\x01")
    with pytest.raises(ModelMissing, match=r"does not match its hash: run `trendwise models get mine`"):
        catalogue.path("mine", folder)


def test_a_changed_byte_is_found_even_when_the_modification_time_is_set_back(folder: Path) -> None:
    model = folder / "mine.gguf"
    catalogue.path("mine", folder)
    before = model.stat()
    model.write_bytes(CONTENT[:-1] + b"\x01")
    os.utime(model, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ModelMissing, match="hash"):
        catalogue.path("mine", folder)


def test_a_truncated_file_is_refused(folder: Path) -> None:
    os.truncate(folder / "mine.gguf", 20)
    with pytest.raises(ModelMissing, match="hash"):
        catalogue.path("mine", folder)


@pytest.mark.parametrize("memory", ["", "[]", "{", '{"mine.gguf": 3}'])
def test_a_damaged_memory_only_means_hashing_again(folder: Path, memory: str) -> None:
    (folder / MEMORY).write_text(memory)
    assert catalogue.path("mine", folder).is_file()
    assert "mine.gguf" in json.loads((folder / MEMORY).read_text())


def test_any_gguf_file_can_be_named_by_its_path(folder: Path) -> None:
    assert catalogue.path(str(folder / "mine.gguf"), folder) == folder / "mine.gguf"


@pytest.mark.parametrize("head", [b"", b"GGUF", b"PK\x03\x04" + bytes(40), b"GGUF\x09\0\0\0" + bytes(40)])
def test_a_file_that_is_no_gguf_is_refused(tmp_path: Path, head: bytes) -> None:
    model = tmp_path / "model.gguf"
    model.write_bytes(head)
    with pytest.raises(BadSetting, match=r"not a GGUF file"):
        catalogue.path(str(model), tmp_path)


def test_a_path_without_a_file_is_a_missing_model(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"no model file .*nowhere\.gguf"):
        catalogue.path(str(tmp_path / "nowhere.gguf"), tmp_path)


def test_the_tokeniser_folder_is_what_tiktoken_reads(models_dir: Path) -> None:
    import tiktoken

    assert os.environ["TIKTOKEN_CACHE_DIR"] == str(catalogue.tokeniser_cache(models_dir))
    assert tiktoken.get_encoding("cl100k_base").encode("hello world") == [15339, 1917]
