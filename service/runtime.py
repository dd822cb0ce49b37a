"""Puts the parts together. The only place that knows which index and which model are in use.

Heavy imports are inside the functions, so that a command that needs no model does not wait for one.
"""

import gc
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pydantic import SecretStr

from index.types import Embedder, Index
from service.conversations import Conversations
from service.errors import BadSetting
from service.keys import Keys
from service.llm.types import TextModel
from service.settings import Settings
from service.storage import Storage

if TYPE_CHECKING:
    from index.local import LocalIndex
    from index.postgres.index import PostgresIndex
    from service.answering.answerer import Answerer


@dataclass(frozen=True, slots=True)
class Runtime:
    settings: Settings
    index: Index
    model: TextModel
    answerer: "Answerer"
    storage: Storage

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Everything that answering needs; index and model load side by side.

        Raises `ModelMissing`, `ModelFailed`, `BadSetting` and the errors of the index.
        """
        with _no_collection(), ThreadPoolExecutor(1) as loader:
            loading = loader.submit(open_model, settings)
            try:
                index = open_index(settings)
            except BaseException:
                if not loading.cancel() and loading.exception() is None:
                    loading.result().close()
                raise
            try:
                if loading.done():  # a model that cannot be loaded is said before the embedder has loaded for seconds
                    loading.result()
                index.embedder.embed(["ready"], kind="query")
                return cls.assemble(settings, index, loading.result())
            except BaseException:
                index.close()
                raise

    @classmethod
    def assemble(cls, settings: Settings, index: Index, model: TextModel) -> Self:
        """The same from parts that are open already."""
        from service.answering.answerer import Answerer

        storage = Storage.open(settings)
        if settings.retention_days:
            storage.conversations.purge(settings.retention_days)
        return cls(settings, index, model, Answerer(index, model), storage)

    @property
    def conversations(self) -> Conversations:
        return self.storage.conversations

    @property
    def keys(self) -> Keys:
        return self.storage.keys

    def close(self) -> None:
        self.model.close()
        self.storage.close()
        self.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Garbage collection waits: loading makes millions of objects that stay, and looking them through takes seconds."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def open_index(settings: Settings) -> Index:
    """The index that the settings name; its embedder loads at the first use.

    Raises `ModelMissing`, `BadSetting` and the errors of the index.
    """
    embedder = open_embedder(settings)
    if settings.database_url is not None:
        return open_database(settings.database_url, embedder, read_url=settings.database_read_url)
    return open_local(settings, embedder)


def open_embedder(settings: Settings) -> Embedder:
    """Raises `ModelMissing`."""
    prepare_environment(settings)
    from index.embedder import SentenceTransformerEmbedder
    from service.llm import catalogue

    return SentenceTransformerEmbedder(catalogue.path("embedder", settings.models_dir))


def open_local(settings: Settings, embedder: Embedder) -> "LocalIndex":
    """The index of the data folder. Raises the errors of the index."""
    from index.local import LocalIndex

    return LocalIndex.open(settings.data_dir, embedder)


def open_database(url: SecretStr, embedder: Embedder, *, read_url: SecretStr | None = None) -> "PostgresIndex":
    """The index in PostgreSQL. Raises `BadSetting` where its driver is not installed, and the errors of the index."""
    try:
        from index.postgres.index import PostgresIndex
    except ModuleNotFoundError as error:
        raise BadSetting(
            f"The index is to be in PostgreSQL, but {error.name} is not installed: install the extra `postgres`."
        ) from error
    replica = read_url.get_secret_value() if read_url else None
    return PostgresIndex.open(url.get_secret_value(), embedder, read_url=replica)


@contextmanager
def opened_index(settings: Settings) -> Iterator[Index]:
    index = open_index(settings)
    try:
        yield index
    finally:
        index.close()


def open_model(settings: Settings) -> TextModel:
    """The model that the settings name. Raises `ModelMissing`, `ModelFailed`, `BadSetting`."""
    if settings.model_url:
        return _remote_model(settings, settings.model_url)
    from service.llm import catalogue

    path = catalogue.path(settings.model, settings.models_dir)
    from service.llm.engine import LlamaModel

    named = None if catalogue.is_path(settings.model) else catalogue.entry(settings.model, settings.models_dir)
    return LlamaModel(
        path,
        template=(named.template if named else None) or settings.template,
        threads=settings.threads,
        context=settings.context,
        queue=settings.queue,
        name=path.stem,
        beginnings=settings.data_dir / "beginnings",
    )


def _remote_model(settings: Settings, urls: str) -> TextModel:
    from service.llm.remote import RemoteModel
    from service.llm.servers import ModelServers

    key = settings.model_key.get_secret_value() if settings.model_key else None
    bases = [url.strip() for url in urls.split(",") if url.strip()] or [urls]
    if len(bases) == 1:
        return RemoteModel(bases[0], key=key, model=settings.model_name)
    return ModelServers([RemoteModel(url, key=key, model=settings.model_name, attempts=1) for url in bases])


def prepare_environment(settings: Settings) -> None:
    """What libraries read from the environment: nothing is fetched, the tokeniser is the one that was verified, and
    no library draws progress bars of its own."""
    from service.llm import catalogue

    os.environ["TIKTOKEN_CACHE_DIR"] = str(catalogue.tokeniser_cache(settings.models_dir))
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["TQDM_DISABLE"] = "1"
