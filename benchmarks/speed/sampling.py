"""Where CPU time goes: which function of medrag is at work each time a CPU millisecond has passed.

Time inside a library (MeCab, numpy, json) counts for the function of medrag that called it. A
tracing profiler would charge small functions several times what they take.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import medrag

_ROOT = Path(medrag.__file__).parent
_INTERVAL = 0.001


def sampled(work: Callable[[], object]) -> Counter[str]:
    """Run `work`; how often each function, as room/file:name, was the innermost of medrag."""
    counts: Counter[str] = Counter()
    names: dict[str, str | None] = {}

    def place(path: str) -> str | None:
        if path not in names:
            inside = Path(path).is_relative_to(_ROOT)
            names[path] = str(Path(path).relative_to(_ROOT).with_suffix("")) if inside else None
        return names[path]

    def sample(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        while frame is not None:
            if module := place(frame.f_code.co_filename):
                counts[f"{module}:{frame.f_code.co_qualname}"] += 1
                return
            frame = frame.f_back
        counts["elsewhere"] += 1

    before = signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, _INTERVAL, _INTERVAL)
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return counts


def table(counts: Counter[str], *, most: int = 25) -> str:
    """The functions with the most samples, and their shares; comprehensions are their function's."""
    merged: Counter[str] = Counter()
    for name, count in counts.items():
        merged[name.split(".<locals>.<")[0]] += count
    total = merged.total() or 1
    lines = [f"  {count / total:6.1%}  {name}" for name, count in merged.most_common(most)]
    return "\n".join(lines)
