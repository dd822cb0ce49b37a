"""Every setting, read once at the edge: environment over trendwise.toml over defaults."""

from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


class Settings(BaseSettings):
    """Names in the environment: `TRENDWISE_` and the field's name in capitals."""

    model_config = SettingsConfigDict(env_prefix="TRENDWISE_", toml_file="trendwise.toml", extra="forbid")

    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("trendwise")),
        description="Where the index, stored originals and conversations live.",
    )
    models_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir("trendwise")) / "models",
        description="Where fetched models live. Safe to delete: they are fetched again.",
    )
    reports_dir: Path | None = Field(
        None, description="Folder to watch: reports put there are added, those taken away removed."
    )
    host: str = Field("127.0.0.1", description="Address to listen on. Any but loopback needs an API key.")
    port: int = Field(8765, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    model: str = Field("default", description="A name of the model catalogue, or the path of a GGUF file.")
    template: Literal["chatml", "llama3", "gemma", "mistral"] = Field(
        "chatml", description="Chat template of a GGUF file given by path (catalogue models know theirs)."
    )
    database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL database for reports, conversations, keys and uploads, instead of the data folder. See docs/scale.md.",
    )
    database_read_url: SecretStr | None = Field(
        None, description="A replica of that database, for searching and reading."
    )
    read_uploads: bool = Field(
        True,
        description="Read uploads in this process; else only `trendwise work` processes with the same database do.",
    )
    model_url: str | None = Field(
        None,
        description="Base URL of an OpenAI-compatible server to use instead of a local model; several with commas between.",
    )
    model_key: SecretStr | None = Field(None, description="API key for that server.")
    model_name: str | None = Field(None, description="Model name to ask that server for.")
    hub_url: str = Field(
        "https://huggingface.co",
        description="Model hub, or a mirror of it, to fetch models from that the package index lacks.",
    )
    threads: int = Field(0, ge=0, description="Threads for the model; 0 means one per physical core.")
    context: int = Field(8192, ge=2048, description="Tokens of attention state shared by all running questions.")
    retention_days: int = Field(0, ge=0, description="Conversations older than this are really deleted; 0 keeps them.")
    allowed_hosts: list[str] = Field(
        default_factory=list, description="Host names, besides loopback, by which people may reach the server."
    )
    log_texts: bool = Field(False, description="Write questions and answers to the log, not only their lengths.")
    queue: int = Field(64, ge=1, description="Questions active or waiting before further ones are answered 503.")

    @field_validator("data_dir", "models_dir", "reports_dir")
    @classmethod
    def _without_tilde(cls, path: Path | None) -> Path | None:
        return path and path.expanduser()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
