"""The catalogue of models: what there is, where it lives, what it must hash to.

Read from `models.toml` beside this file and, where there is one, from `extra.toml` in the models folder. Knows nothing
of fetching (`fetch.py`) or of loading (`engine.py`); it is the gate between the two: `path` hands out a catalogue model
only when every file of it matches its hash.
"""

import tomllib
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.errors import BadSetting, ModelMissing
from service.llm.verify import State, check_gguf, state

CATALOGUE = Path(__file__).with_name("models.toml")
EXTRA = "extra.toml"


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or parts[0] == "/" or ".." in parts or "\\" in path or parts[0].startswith("."):
        raise ValueError("must be a plain relative path")
    return path


RelativePath = Annotated[str, AfterValidator(_inside)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class File(_Value):
    path: RelativePath
    """In the models folder."""
    size: int = Field(gt=0)
    sha256: Sha256
    hub: RelativePath | None = None
    """Name in the hub's repository, where it differs from `path`."""


class Member(_Value):
    """A data file inside a wheel, appended to one of the entry's files."""

    name: str
    size: int = Field(gt=0)
    file: RelativePath


class Wheel(_Value):
    name: Name
    version: Name
    sha256: Sha256
    members: tuple[Member, ...] = Field(alias="member")


class Hub(_Value):
    repository: Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")]
    revision: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class Entry(_Value):
    name: Name
    title: str
    kind: Literal["language model", "embedding model", "tokeniser"]
    licence: str
    files: tuple[File, ...] = Field(alias="file", min_length=1)
    wheels: tuple[Wheel, ...] = Field(alias="wheel", default=())
    hub: Hub | None = None
    template: Literal["chatml", "llama3", "gemma", "mistral"] | None = None
    path: RelativePath | None = None
    """What a program opens, where that is a folder; else the one file."""

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    def where(self, models_dir: Path) -> Path:
        return models_dir / (self.path or self.files[0].path)

    @model_validator(mode="after")
    def _wheels_make_the_files(self) -> "Entry":
        sizes = dict.fromkeys((file.path for file in self.files), 0)
        for member in (member for wheel in self.wheels for member in wheel.members):
            if member.file not in sizes:
                raise ValueError(f"{member.name} belongs to {member.file}, which is not a file of {self.name}")
            sizes[member.file] += member.size
        if self.wheels and any(sizes[file.path] != file.size for file in self.files):
            raise ValueError(f"the wheels of {self.name} do not add up to its files")
        if self.kind == "language model" and self.template is None:
            raise ValueError(f"{self.name} needs a template")
        return self


class _Catalogue(_Value):
    entries: tuple[Entry, ...] = Field(alias="entry", default=())


def entries(models_dir: Path | None = None) -> tuple[Entry, ...]:
    """All entries, the user's own first. Raises `BadSetting` where their file is wrong."""
    extra = models_dir / EXTRA if models_dir else None
    return (*(_read(extra) if extra and extra.is_file() else ()), *_built_in())


@cache
def _built_in() -> tuple[Entry, ...]:
    return _read(CATALOGUE)


def _read(path: Path) -> tuple[Entry, ...]:
    try:
        return _Catalogue.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).entries
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadSetting(f"{path} is not a model catalogue: {where or 'entry'}: {first['msg']}.") from error
    except (ValueError, OSError) as error:
        raise BadSetting(f"{path} is not a model catalogue: {error}.") from error


def entry(name: str, models_dir: Path | None = None) -> Entry:
    """The entry of this name. Raises `BadSetting`, which lists the names there are."""
    known = entries(models_dir)
    for found in known:
        if found.name == name:
            return found
    names = ", ".join(found.name for found in known)
    raise BadSetting(f"There is no model called {name!r}. Use one of {names}, or the path of a .gguf file.")


def is_path(model: str) -> bool:
    """Whether a `model` setting means a GGUF file rather than a name of the catalogue."""
    return model.lower().endswith(".gguf") or "/" in model


def path(name: str, models_dir: Path) -> Path:
    """What to open for a catalogue name, verified, or a GGUF file by its path.

    Raises `ModelMissing` with the command that mends it, `BadSetting` for an unknown name or a file that is no GGUF.
    """
    if is_path(name):
        return check_gguf(Path(name).expanduser())
    found = entry(name, models_dir)
    for file in found.files:
        _require(found, models_dir, file)
    return found.where(models_dir)


def _require(found: Entry, models_dir: Path, file: File) -> None:
    match state(models_dir / file.path, file.size, file.sha256, models_dir):
        case State.MISSING:
            problem = "is missing"
        case State.CORRUPT:
            problem = "does not match its hash"
        case State.OK:
            return
    raise ModelMissing(f"{models_dir / file.path} {problem}: run `trendwise models get {found.name}`.")


def tokeniser_cache(models_dir: Path) -> Path:
    """The folder for the environment variable TIKTOKEN_CACHE_DIR. Raises `ModelMissing`."""
    return path("tokeniser", models_dir)
