"""What every test stands on: no network but loopback, repeatable examples, and the shared real data."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.real_vllm import RUNNING, RealVLLM, unpack

ROOT = Path(__file__).resolve().parent.parent

# A shared machine is slow at times, which is no property of the code: no deadline. The examples are
# the same on every run; `HYPOTHESIS_PROFILE=explore` looks for new ones.
_SLOW_IS_FINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeatable", _SLOW_IS_FINE, derandomize=True, database=None)
settings.register_profile("explore", _SLOW_IS_FINE, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):  # a Unix socket's path
        return True
    host = str(address[0])
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in {"", "localhost"}


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every connection or look-up that would leave this machine fails the test that made it."""
    if request.node.get_closest_marker("vllm"):  # its server may stand anywhere
        return

    def guard(name: str, address_at: int) -> None:
        real = getattr(socket.socket, name)

        def checked(self: socket.socket, *args: Any) -> Any:
            if not _is_local(args[address_at]):
                pytest.fail(f"a test reached for the network: {name}{args!r}")
            return real(self, *args)

        monkeypatch.setattr(socket.socket, name, checked)

    for name in ("connect", "connect_ex"):
        guard(name, 0)
    guard("sendto", -1)
    look_up = socket.getaddrinfo

    def checked_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not _is_local((name,)):
            pytest.fail(f"a test reached for the network: getaddrinfo({name!r})")
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", checked_look_up)


@pytest.fixture(autouse=True)
def no_settings_from_outside(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator's MEDRAG_* variables do not decide what a test sees."""
    if request.node.get_closest_marker("vllm"):  # they name its server
        return
    for name in [name for name in os.environ if name.upper().startswith("MEDRAG_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the checkout; tests that need it are skipped without it."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("needs the real data of ../shared, which is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of corpora/sample, built once with the defaults."""
    from medrag.pipeline.ingest import ingest
    from medrag.settings import Settings

    path = tmp_path_factory.mktemp("indexes") / "sample"
    report = ingest([ROOT / "corpora" / "sample"], index=path, settings=Settings())
    assert report.errors == ()
    return path


@pytest.fixture(scope="session")
def tiny_gptoss(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gpt-oss of a few megabytes that writes one cited transcript."""
    archive = shared / "tools" / "vllm-cpu" / "tiny-gptoss-scripted.tar.xz"
    return unpack(archive, tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def vllm_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a real vLLM on this machine's CPU, started once, or of one that is running."""
    if RUNNING:
        yield RUNNING
        return
    model = request.getfixturevalue("tiny_gptoss")
    with RealVLLM(model, tmp_path_factory.mktemp("vllm") / "server.log") as server:
        yield server.base_url
