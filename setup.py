"""The one thing pyproject.toml cannot say: the packages found in api/ ship under another name.

As `medrag_api`, `medrag serve` works from a wheel and nothing so general as `api` lands in
site-packages. Everything else stands in pyproject.toml.
"""

from setuptools import find_packages, setup

_LIBRARY = find_packages(include=["medrag", "medrag.*"])
_SERVICE = find_packages(include=["api", "api.*"])

setup(packages=[*_LIBRARY, *(f"medrag_{package}" for package in _SERVICE), "medrag_sample"])
