"""A sentence-transformers cross-encoder trained for natural language inference.

Models order their labels differently, so the order comes from the model's own configuration. A
passage longer than the model's input is read in overlapping windows of whole sentences, and the
window that entails most decides: a claim needs one place that carries it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from sentence_transformers import CrossEncoder

from medrag.attribution.entailment import Judgement, Pair, Quote
from medrag.errors import SettingsError
from medrag.japanese import sentences
from medrag.japanese.normalize import Span

# Characters of a window. Japanese tokens are one to two characters; 512 tokens hold both texts.
_WINDOW = 400
_BATCH = 32


class CrossEncoderNLI:
    """Judges with a cross-encoder whose labels are entailment, neutral and contradiction.

    Args:
        name: Name or path of the model; it is not downloaded here.

    Raises:
        SettingsError: The model cannot be loaded, or has no entailment label.
    """

    def __init__(self, name: str) -> None:
        try:
            self._model = CrossEncoder(name, local_files_only=True)
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"the cross-encoder cannot be loaded: {error}",
                where=f"MEDRAG_ENTAILMENT={name}",
                hint="give the path of a model on this machine",
            ) from None
        labels = {
            str(label).lower(): int(index) for index, label in self._model.config.id2label.items()
        }
        self._entails = _find(labels, "entail", name)
        self._contradicts = next((i for label, i in labels.items() if "contra" in label), None)
        self.name = f"cross-encoder:{name}"

    def judge(self, pairs: Sequence[Pair]) -> list[Judgement | None]:
        """One judgement a pair, in order, all windows of all pairs in batches."""
        windows = [
            (number, quote, pair)
            for number, pair in enumerate(pairs)
            for quote in _windows(pair.premises)
        ]
        if not windows:
            return [None] * len(pairs)
        inputs = [
            (pair.premises[quote.premise][quote.span.start : quote.span.end], pair.hypothesis)
            for _, quote, pair in windows
        ]
        logits = self._model.predict(
            inputs,
            batch_size=_BATCH,
            show_progress_bar=False,
            activation_fn=None,
            convert_to_numpy=True,
        )
        chances = _softmax(np.asarray(logits, dtype=np.float64))
        found: list[Judgement | None] = [None] * len(pairs)
        scored = zip(windows, chances, strict=True)
        for number, group in groupby(scored, key=lambda entry: entry[0][0]):
            rows = list(group)
            best = max(rows, key=lambda entry: float(entry[1][self._entails]))
            against = 0.0
            if self._contradicts is not None:
                against = float(best[1][self._contradicts])
            found[number] = Judgement(
                entailment=float(best[1][self._entails]),
                contradiction=against,
                quotes=(best[0][1],),
            )
        return found


def _find(labels: dict[str, int], wanted: str, name: str) -> int:
    for label, index in labels.items():
        if label.startswith(wanted):
            return index
    raise SettingsError(
        f"the model's labels are {sorted(labels)}, none of which is entailment",
        where=f"MEDRAG_ENTAILMENT={name}",
        hint="use a cross-encoder trained for natural language inference",
    )


def _softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def _windows(premises: Sequence[str]) -> Iterator[Quote]:
    """Spans of whole sentences up to the window's length, each overlapping the last by half."""
    for number, premise in enumerate(premises):
        spans = sentences.split(premise)
        begin = 0
        while begin < len(spans):
            end = begin + 1
            while end < len(spans) and spans[end].end - spans[begin].start <= _WINDOW:
                end += 1
            yield Quote(premise=number, span=Span(spans[begin].start, spans[end - 1].end))
            if end == len(spans):
                break
            begin = max(begin + 1, (begin + end) // 2)
