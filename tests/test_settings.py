"""Settings: three sources, one meaning, and nothing ignored."""

from pathlib import Path

import pytest

from medrag.errors import SettingsError
from medrag.settings import Settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_defaults_are_those_of_the_model_card() -> None:
    settings = Settings()
    assert (settings.temperature, settings.top_p, settings.top_k, settings.min_p) == (
        0.6,
        0.95,
        20,
        0.0,
    )
    assert settings.context_tokens == 32768
    assert settings.llm_base_url is None


def test_the_caller_overrides_the_environment_which_overrides_the_file(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / "medrag.toml").write_text('k = 3\nindex = "from-file"\nseed = 7\n', "utf-8")
    monkeypatch.setenv("MEDRAG_K", "4")
    monkeypatch.setenv("MEDRAG_INDEX", "from-environment")
    settings = Settings(k=5)
    assert settings.k == 5
    assert settings.index == Path("from-environment")
    assert settings.seed == 7


def test_a_misspelt_variable_is_an_error_that_names_it_and_the_valid_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MEDRAG_LLM_BASEURL", "http://localhost:8000/v1")
    with pytest.raises(SettingsError, match="MEDRAG_LLM_BASEURL") as caught:
        Settings()
    assert "MEDRAG_LLM_BASE_URL" in str(caught.value)


def test_a_misspelt_key_in_the_file_is_an_error_that_names_it(elsewhere: Path) -> None:
    (elsewhere / "medrag.toml").write_text("temprature = 0.1\n", "utf-8")
    with pytest.raises(SettingsError, match="temprature") as caught:
        Settings()
    assert "temperature" in str(caught.value)


def test_a_misspelt_argument_is_an_error_that_names_it() -> None:
    with pytest.raises(SettingsError, match="indx"):
        Settings(indx="x")


def test_an_impossible_value_names_the_setting_and_does_not_repeat_a_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MEDRAG_K", "none")
    with pytest.raises(SettingsError, match="MEDRAG_K"):
        Settings()
    monkeypatch.delenv("MEDRAG_K")
    monkeypatch.setenv("MEDRAG_LLM_API_KEY", "geheim-himitsu")
    assert "geheim-himitsu" not in repr(Settings())


def test_a_broken_file_is_an_error_that_names_it(elsewhere: Path) -> None:
    (elsewhere / "medrag.toml").write_text("k = = 3\n", "utf-8")
    with pytest.raises(SettingsError, match=r"medrag\.toml"):
        Settings()


@pytest.mark.parametrize(
    ("written", "meant"),
    [("MEDRAG_INDX", "MEDRAG_INDEX"), ("MEDRAG_LLM_URL", "MEDRAG_LLM_BASE_URL")],
)
def test_a_misspelt_variable_is_answered_with_the_likeliest_name(
    monkeypatch: pytest.MonkeyPatch, written: str, meant: str
) -> None:
    monkeypatch.setenv(written, "x")
    with pytest.raises(SettingsError) as caught:
        Settings()
    assert (caught.value.hint or "").startswith(f"did you mean {meant}?")


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDRAG_LLM_BASE_URL", "")
    monkeypatch.setenv("MEDRAG_INDEX", "")
    settings = Settings()
    assert settings.llm_base_url is None
    assert settings.index == Path("indexes/default")


def test_a_file_with_a_byte_order_mark_is_read(elsewhere: Path) -> None:
    (elsewhere / "medrag.toml").write_text("k = 3\n", "utf-8-sig")
    assert Settings().k == 3


def test_a_model_that_takes_questions_apart_has_to_be_configured() -> None:
    with pytest.raises(SettingsError, match="no language model") as caught:
        Settings(decompose="llm")
    assert caught.value.where == "decompose"
    assert Settings(decompose="llm", llm_base_url="http://127.0.0.1:8000/v1").has_model
    assert Settings(decompose="llm", llm_backend="vllm").has_model


def test_a_header_that_cannot_be_sent_is_refused() -> None:
    with pytest.raises(SettingsError, match="printable ASCII"):
        Settings(llm_headers={"X-Team": "一\r\nX-Other: 二"})
