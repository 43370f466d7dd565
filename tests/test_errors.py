"""Errors say what, where, and what to do."""

import inspect

from medrag import errors
from medrag.errors import GenerationError, IndexNotFound, MedragError, NeedsOCR, ParseError


def test_an_error_reads_where_then_what_then_what_to_do() -> None:
    error = IndexNotFound("there is no index here", where="indexes/x", hint="run medrag ingest")
    assert str(error) == "indexes/x: there is no index here (run medrag ingest)"


def test_an_error_without_place_or_hint_reads_as_its_message() -> None:
    assert str(MedragError("broken")) == "broken"


def test_pages_that_need_ocr_are_named() -> None:
    error = NeedsOCR("2 pages are pictures", pages=(1, 3))
    assert isinstance(error, ParseError)
    assert error.pages == (1, 3)


def test_a_failed_generation_says_whether_to_try_again() -> None:
    assert GenerationError("busy", retryable=True).retryable
    assert not GenerationError("no such model").retryable


def test_the_tree_at_the_top_of_the_file_names_every_error() -> None:
    drawn = errors.__doc__ or ""
    classes = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, Exception)
    }
    assert {name for name in classes if name not in drawn} == set()
