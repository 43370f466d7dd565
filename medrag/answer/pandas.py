"""Rows as a pandas DataFrame, for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd


def frame(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """One row a record, columns in the order of the JSON form."""
    return pd.DataFrame.from_records(list(rows))
