"""The conventions of the house, held by tests where no linter holds them."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAMELESS = {"base", "common", "core", "helper", "helpers", "manager", "misc", "util", "utils"}
PINS = sorted((ROOT / "requirements").glob("*.txt"))


def _modules() -> list[Path]:
    return sorted(path for folder in ("medrag", "api") for path in (ROOT / folder).rglob("*.py"))


def _tracked() -> list[Path]:
    listing = subprocess.run(  # -z: Japanese file names as they are
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listing.returncode:
        pytest.skip("needs the git checkout: which files are ours is git's to say")
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def _imported(module: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module).partition(".")[0])
    return found


def test_every_module_has_a_name_of_its_own() -> None:
    assert [
        path for path in _modules() if path.stem in NAMELESS or path.parent.name in NAMELESS
    ] == []


def test_every_module_holds_one_idea() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in _modules()}
    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_nothing_is_unpickled() -> None:
    unsafe = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
    assert [path for path in _modules() if _imported(path) & unsafe] == []


def test_no_file_names_a_place_on_one_machine() -> None:
    place = re.compile(rb"(?<![\w.~/])/(?:home|root|work|Users)/\w")
    assert [path for path in _tracked() if place.search(path.read_bytes())] == []


@pytest.mark.parametrize("pins", PINS, ids=lambda path: path.name)
def test_pins_carry_no_address_of_a_registry(pins: Path) -> None:
    assert re.findall(r"https?://|file:|--(?:index|extra|find)\S*", pins.read_text("utf-8")) == []


@pytest.mark.parametrize("pins", PINS, ids=lambda path: path.name)
def test_every_pin_has_a_hash(pins: Path) -> None:
    # A requirement is a line at the margin; its continuation lines are indented.
    stanzas = re.split(r"\n(?=[A-Za-z])", pins.read_text("utf-8"))
    pinned = [stanza for stanza in stanzas if re.match(r"[A-Za-z][\w.-]*==", stanza)]
    assert pinned
    assert [stanza for stanza in pinned if "--hash=sha256:" not in stanza] == []
