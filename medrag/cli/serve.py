"""`medrag serve`."""

from __future__ import annotations

import argparse

from medrag.cli.output import DONE, Subparsers, command, index_option
from medrag.errors import MissingDependency


def add(subparsers: Subparsers) -> None:
    """Register the command."""
    serve = command(subparsers, "serve", "REST サービスを起動する")
    index_option(serve)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.set_defaults(run=_serve)


def _serve(arguments: argparse.Namespace) -> int:
    from importlib import import_module

    from medrag.pipeline import Medrag

    try:
        # By name: the library must not import the service that stands on it.
        service = import_module("medrag_api.app")
    except ModuleNotFoundError as error:
        if error.name not in ("fastapi", "uvicorn", "starlette"):
            raise
        raise MissingDependency(
            f"{error.name} is not installed",
            where="medrag serve",
            hint="pip install 'medrag[server]'",
        ) from None
    rag = Medrag(index=arguments.index)
    # Opening it now: a missing index is told here and not to the first caller.
    _ = rag.index
    service.serve(rag, host=arguments.host, port=arguments.port)
    return DONE
