"""What `medrag` promises to its users."""

import medrag


def test_the_public_names_are_these() -> None:
    assert medrag.__all__ == sorted(medrag.__all__)
    assert set(medrag.__all__) == {
        "Answer", "Citation", "Claim", "Document", "GenerationError", "Hit", "IndexCorrupted",
        "IndexMismatch", "IndexNotFound", "Medrag", "MedragError", "MissingDependency", "Notice",
        "ParseError", "Passage", "Report", "Settings", "SettingsError", "__version__", "aask",
        "aask_stream", "ask", "ask_stream", "search", "verify",
    }  # fmt: skip


def test_every_public_name_is_there() -> None:
    for name in medrag.__all__:
        assert getattr(medrag, name) is not None
