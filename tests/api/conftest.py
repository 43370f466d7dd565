"""The service over the sample index, called in this process."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from medrag.pipeline import Medrag
from medrag.settings import Settings
from medrag_api.app import create_app
from tests.api.calling import calling


@pytest.fixture(scope="session")
def rag(sample_index: Path) -> Iterator[Medrag]:
    with Medrag(settings=Settings(), index=sample_index) as rag:
        yield rag


@pytest.fixture(scope="session")
def app(rag: Medrag) -> FastAPI:
    app: FastAPI = create_app(rag)
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with calling(app) as client:
        yield client
