"""Settings: every default of medrag, written once.

Values come from the caller, then the environment (`MEDRAG_*`), then `medrag.toml` in the working
directory. A key that medrag does not know is an error in all three places: a misspelt setting that
is silently ignored is how a hospital ends up with a model that it did not mean to use. The rooms
below take plain values and know nothing of this file.
"""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from medrag.errors import SettingsError

PREFIX = "MEDRAG_"
FILE = "medrag.toml"


class _File(TomlConfigSettingsSource):
    """medrag.toml; editors on Windows put a byte order mark before it, which TOML does not know."""

    def _read_file(self, file_path: Path | Traversable) -> dict[str, Any]:
        return tomllib.loads(file_path.read_text(encoding="utf-8-sig"))


class Settings(BaseSettings):
    """What a user can set; each field is `MEDRAG_<FIELD>` in the environment.

    Raises:
        SettingsError: A key is unknown or a value is impossible; the message names it.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        # `MEDRAG_LLM_BASE_URL=` in a container's file is how a variable is left unset there.
        env_ignore_empty=True,
        toml_file=FILE,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    index: Path = Field(Path("indexes/default"), description="Directory of the index.")
    encoder: str | None = Field(
        None, description="A sentence-transformers name or path; the built-in encoder if unset."
    )

    encoder_base_url: str | None = Field(
        None, description="An /embeddings endpoint that serves MEDRAG_ENCODER."
    )
    lexicon: Annotated[tuple[Path, ...], NoDecode] = Field(
        (),
        description="Files of further words for searching, as benchmarks/lexicon/build.py writes them.",
    )
    reranker: str | None = Field(
        None, description="A sentence-transformers CrossEncoder, by name or path; none if unset."
    )
    reranker_base_url: str | None = Field(
        None, description="A /rerank endpoint that serves MEDRAG_RERANKER."
    )
    rerank_deadline_ms: float = Field(
        1000.0, gt=0, description="Then the order of the first stage stands, with a warning."
    )
    retrieval_api_key: SecretStr = Field(
        SecretStr("EMPTY"), description="Bearer token of those two endpoints."
    )

    # Passages shown to the generator; recall at 8 is within a point of recall at 10 for passages
    # of this length, and eight of them fit the evidence budget.
    k: int = Field(8, ge=1, le=200, description="Passages retrieved for a question.")
    question_limit: int = Field(
        4000, ge=1, description="Characters of the longest question accepted."
    )
    passage_tokens: int = Field(
        300, ge=32, le=4096, description="Target length of a passage, in tokens."
    )

    workers: int = Field(
        default_factory=lambda: min(4, os.cpu_count() or 1),
        ge=1,
        description="Files parsed at a time; at most 4 unless set.",
    )

    ocr: str | None = Field(
        None,
        pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$",
        description="Recogniser of scanned pages, package.module:function; none if unset.",
    )

    llm_backend: Literal["openai", "transformers", "vllm"] = Field(
        "openai",
        description='"transformers" and "vllm" run MEDRAG_LLM_MODEL, a directory, in this process.',
    )
    llm_base_url: str | None = Field(
        None, description="OpenAI-compatible endpoint, for example http://localhost:8000/v1."
    )
    llm_model: str = Field(
        "tokyotech-llm/Medical-GPT-OSS-Swallow-120B", description="Model name at that endpoint."
    )
    llm_api_key: SecretStr = Field(SecretStr("EMPTY"), description="Bearer token.")
    llm_headers: dict[str, str] = Field(
        default_factory=dict,
        description='Sent with every request, as JSON: {"X-Friendli-Team": "…"}.',
    )

    # Sampling of the model card (generation_config.json of Medical-GPT-OSS-Swallow-120B).
    temperature: float = Field(0.6, ge=0, le=2)
    top_p: float = Field(0.95, gt=0, le=1)
    top_k: int | None = Field(20, ge=-1)
    min_p: float | None = Field(0.0, ge=0, le=1)
    seed: int = Field(0, description="Sent with every request, so that a run can be repeated.")
    max_tokens: int = Field(8192, ge=1, description="Reasoning and answer together.")
    context_tokens: int = Field(32768, ge=1024, description="Context of the served model.")
    evidence_tokens: int = Field(12000, ge=256, description="Budget of the evidence in a prompt.")

    token_counter: Literal["auto", "harmony", "estimate"] = Field(
        "auto", description='"harmony" is exact for gpt-oss (medrag[tokens]); "auto" prefers it.'
    )

    llm_connect_seconds: float = Field(5.0, gt=0)
    llm_idle_seconds: float = Field(90.0, gt=0, description="Longest silence within a stream.")
    llm_total_seconds: float = Field(300.0, gt=0)
    llm_retries: int = Field(2, ge=0, le=10, description="Only before the first token.")
    llm_concurrency: int = Field(8, ge=1, description="Requests in flight at once.")

    fallback: Literal["extractive", "error"] = Field(
        "extractive", description="When the model fails: a labelled extractive answer, or an error."
    )

    # A reasoning model takes some seconds for one line; whoever asks waits for it before the search.
    decompose: Literal["rules", "llm"] = Field(
        "rules", description='"llm": the model takes questions of several parts apart.'
    )
    decompose_seconds: float = Field(
        10.0, gt=0, description="Then the rules take the question apart, with a warning."
    )

    entailment: str = Field(
        "lexical", description='"lexical", "llm", or a sentence-transformers NLI cross-encoder.'
    )
    repair: Literal["flag", "drop", "recite", "regenerate"] = Field(
        "flag", description="What to do with a claim that its citations do not carry."
    )

    @property
    def has_model(self) -> bool:
        """Whether a language model is configured; without one, answers are extractive."""
        return self.llm_backend != "openai" or self.llm_base_url is not None

    def __init__(self, **values: Any) -> None:
        _refuse_unknown(PREFIX, os.environ, values)
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise _translate(error) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"not valid TOML: {error}", where=FILE, hint="mend or remove the file"
            ) from None

    @field_validator("lexicon", mode="before")
    @classmethod
    def _files(cls, value: object) -> object:
        """Several files in one variable are separated as the directories of PATH are."""
        return tuple(filter(None, value.split(os.pathsep))) if isinstance(value, str) else value

    @field_validator("llm_base_url", "encoder_base_url", "reranker_base_url")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            message = f"not an address: {value!r}; write http://HOST:PORT/v1"
            raise ValueError(message)
        return value

    @field_validator("decompose")
    @classmethod
    def _with_a_model(cls, value: str, info: ValidationInfo) -> str:
        given = info.data
        if (
            value == "llm"
            and given.get("llm_backend") == "openai"
            and not given.get("llm_base_url")
        ):
            message = (
                "no language model is configured to take questions apart; set llm_base_url too"
            )
            raise ValueError(message)
        return value

    @field_validator("llm_api_key", "retrieval_api_key")
    @classmethod
    def _sendable(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().isascii():
            message = "an API key is ASCII: it goes into an HTTP header"
            raise ValueError(message)
        return value

    @field_validator("llm_headers")
    @classmethod
    def _headers(cls, value: dict[str, str]) -> dict[str, str]:
        for name, content in value.items():
            if not (f"{name}{content}".isascii() and f"{name}{content}".isprintable()):
                message = "a header is printable ASCII, its name and what it says"
                raise ValueError(message)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (pydantic-settings names them)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The caller, then the environment, then medrag.toml; nothing else is read."""
        return init_settings, env_settings, _File(settings_cls)


def _valid(name: str, prefix: str = "") -> str:
    """The names that there are, the likeliest meant first."""
    valid = sorted(prefix + (field.upper() if prefix else field) for field in Settings.model_fields)
    near = get_close_matches(name.upper() if prefix else name.lower(), valid, n=1)
    meant = f"did you mean {near[0]}? " if near else ""
    return f"{meant}valid: {', '.join(valid)}"


def _refuse_unknown(prefix: str, environment: Any, values: dict[str, Any]) -> None:
    """Raise for a misspelt variable or argument: pydantic-settings would ignore the former."""
    known = Settings.model_fields
    for name in environment:
        if name.upper().startswith(prefix) and name.upper()[len(prefix) :].lower() not in known:
            raise SettingsError(
                "unknown setting in the environment", where=name, hint=_valid(name, prefix)
            )
    for name in values:
        if name not in known:
            raise SettingsError("unknown setting", where=name, hint=_valid(name))


def _translate(error: ValidationError) -> SettingsError:
    first = error.errors(include_url=False, include_input=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return SettingsError(f"unknown setting in {FILE}", where=name, hint=_valid(name))
    return SettingsError(
        first["msg"].removeprefix("Value error, "),
        where=name,
        hint=f"set {PREFIX}{name.upper()} or {name} in {FILE}",
    )
