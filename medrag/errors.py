"""The error tree, and the notices that accompany what still succeeds.

    MedragError
    ├── SettingsError            a setting is unknown or impossible
    ├── QuestionError            a question, or what narrows it, cannot be used
    ├── MissingDependency        an optional package is not installed
    ├── CorpusError              a corpus.toml is malformed
    ├── LexiconError             a lexicon file is malformed
    ├── ParseError               one file could not become a Document
    │   ├── SourceNotFound       no such file, or not a regular file
    │   ├── UnsupportedFormat    no parser for this kind of file
    │   ├── EncryptedDocument    a password is needed
    │   ├── DamagedDocument      truncated or corrupt
    │   ├── EmptyDocument        nothing to read
    │   ├── NeedsOCR             pages are pictures; `pages` names them
    │   ├── UndecodableText      characters that cannot be recovered
    │   └── LimitExceeded        too large, too slow, or a bomb
    ├── StorageError             the index on disk
    │   ├── IndexNotFound
    │   ├── IndexMismatch        built with another encoder, tokenizer or format
    │   ├── IndexCorrupted       a checksum does not agree
    │   └── IndexLocked          another process is writing
    ├── NotInIndex               a document or passage id that the index does not hold
    ├── EvaluationError          what is to be verified or measured is malformed
    └── GenerationError          the language model failed; `retryable` says whether to try again
        └── PromptTooLong        the prompt alone exceeds the model's context

Errors are for operators: they say what, where, and what to do. What a model does wrong is data
(an abstention, a verdict), and what succeeded with a reservation carries a `Notice`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A reservation about a result: a stable machine-readable code and a sentence for people."""

    code: str
    message: str


class MedragError(Exception):
    """Base of every error that medrag raises on purpose.

    Attributes:
        message: What went wrong.
        where: The file, setting, address or id concerned, if there is one.
        hint: What to do about it.
    """

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.message}{advice}"


class SettingsError(MedragError):
    """A setting is unknown or has an impossible value."""


class QuestionError(MedragError):
    """A question is empty or too long, or its `k`, `filters` or `as_of` cannot be used."""


class MissingDependency(MedragError):
    """An optional package is needed; the hint is the command that installs it."""


class CorpusError(MedragError):
    """A corpus manifest (corpus.toml) is malformed or lists a file that is not there."""


class LexiconError(MedragError):
    """A lexicon file is malformed; `where` names the file and the line."""


class ParseError(MedragError):
    """One file could not become a Document."""


class SourceNotFound(ParseError):
    """The file does not exist or is not a regular file."""


class UnsupportedFormat(ParseError):
    """No parser reads this kind of file."""


class EncryptedDocument(ParseError):
    """The document needs a password."""


class DamagedDocument(ParseError):
    """The file is truncated or corrupt."""


class EmptyDocument(ParseError):
    """The file holds no text at all."""


class NeedsOCR(ParseError):
    """Pages are pictures without a text layer.

    Attributes:
        pages: 1-based numbers of the pages that have no text.
    """

    def __init__(
        self,
        message: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        pages: tuple[int, ...] = (),
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.pages = pages


class UndecodableText(ParseError):
    """The text's characters cannot be recovered (wrong encoding, no ToUnicode map)."""


class LimitExceeded(ParseError):
    """The document is larger, or took longer, than the limits allow."""


class StorageError(MedragError):
    """Something about the index on disk."""


class IndexNotFound(StorageError):
    """There is no index at this path."""


class IndexMismatch(StorageError):
    """The index was built with another encoder, tokenizer or format version."""


class IndexCorrupted(StorageError):
    """A file of the index is missing or its checksum does not agree."""


class IndexLocked(StorageError):
    """Another process is writing this index."""


class NotInIndex(MedragError):
    """The index holds no document or passage with this id."""


class EvaluationError(MedragError):
    """What is to be verified or measured is malformed; `where` names the argument or the line."""


class GenerationError(MedragError):
    """The language model could not be reached or gave nothing usable.

    Attributes:
        retryable: Whether the same request may succeed later.
    """

    def __init__(
        self,
        message: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.retryable = retryable


class PromptTooLong(GenerationError):
    """The prompt alone exceeds the model's context; fewer passages would fit."""
