"""Attribution checking measured: what is caught, what is let through, what is alarmed at for nothing.

    python benchmarks/attribution/run.py [--set NAME ...] [--corpus PATH ...] [--entailment NAME ...]
                                         [--limit N] [--plot FILE.png] [--write DIR]

Prints Markdown: one row a set and tier, with each tier on and off; risk against coverage; then each kind
of claim. A tier that the settings name (MEDRAG_ENTAILMENT) runs beside the default one, and so do those of
`--entailment`: `llm`, or a sentence-transformers NLI cross-encoder (the endpoint and its model come from
the settings). `--corpus` makes claims from other guidelines. `--write` writes the sets as JSON Lines
and measures nothing.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sets import SETS, Absent, Line, from_corpus

from medrag.attribution import differences
from medrag.attribution.checker import Checker
from medrag.attribution.entailment import Entailment, Pair
from medrag.errors import MedragError, MissingDependency
from medrag.evaluation import attribution
from medrag.evaluation.attribution import Checked, LabelledClaim
from medrag.evaluation.selection import OperatingPoint, area, risk_coverage
from medrag.pipeline import Medrag
from medrag.settings import Settings

# What a tier alone must reach for a claim to pass: all of its words found; more likely than not.
ALONE = {"lexical": 0.8}
COVERAGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A set checked by a tier, with claims a CPU second at first sight and at the second."""

    name: str
    tiers: str
    result: dict[str, Any]
    points: tuple[OperatingPoint, ...]
    cold: float | None
    warm: float


def measure(name: str, items: Sequence[LabelledClaim], checker: Checker) -> Measured:
    begun = time.process_time()
    checked = list(attribution.run(items, checker))
    cold = time.process_time() - begun
    begun = time.process_time()
    result = attribution.evaluate(items, checker=checker)
    warm = time.process_time() - begun
    return Measured(
        name=name,
        tiers=f"critical facts + {checker.entailment.name}",
        result=result,
        points=risk_coverage(checked),
        cold=len(items) / cold,
        warm=len(items) / warm,
    )


def alone(
    name: str, tiers: str, items: Sequence[LabelledClaim], check: Callable[[], Iterator[Checked]]
) -> Measured:
    """What a part of the checker does without the rest."""
    begun = time.process_time()
    checked = list(check())
    seconds = time.process_time() - begun
    return Measured(
        name=name,
        tiers=tiers,
        result={"n": len(items), **attribution.rates(checked)},
        points=risk_coverage(checked),
        cold=None,  # the passages were read when the set was measured with the facts
        warm=len(items) / seconds,
    )


def by_facts(items: Sequence[LabelledClaim], checker: Checker) -> Iterator[Checked]:
    """A firm finding rejects and a doubtful one asks for a person; nothing else is looked at."""
    for item in items:
        found = [
            finding
            for alignment in checker.alignments(item.claim, item.passages)
            for finding in differences.find(alignment)
        ]
        firm = any(finding.firm for finding in found)
        yield Checked(
            item=item,
            outcome="rejected" if firm else "escalated" if found else "accepted",
            verdict="contradicted"
            if any(finding.firm and finding.same_place for finding in found)
            else "unsupported"
            if firm
            else "partial"
            if found
            else "supported",
            score=0.0 if firm else 1 / (1 + len(found)),
        )


def by_score(items: Sequence[LabelledClaim], entailment: Entailment) -> Iterator[Checked]:
    """The tier's score decides, and nothing is escalated; what it could not judge does not pass."""
    pairs = [
        Pair(hypothesis=item.claim, premises=tuple(passage.text for passage in item.passages))
        for item in items
    ]
    judged = entailment.judge(pairs)
    if None in judged:
        unjudged = f"{judged.count(None)} of {len(judged)}"
        print(f"{entailment.name} could not judge {unjudged} claims", file=sys.stderr)
    for item, judgement in zip(items, judged, strict=True):
        score = judgement.entailment if judgement is not None else 0.0
        passes = score >= ALONE.get(entailment.name, 0.5)
        yield Checked(
            item=item,
            outcome="accepted" if passes else "rejected",
            verdict="supported" if passes else "unsupported",
            score=score,
        )


def percent(value: dict[str, Any]) -> str:
    if value["value"] is None:
        return "–"
    return f"{100 * value['value']:.1f} ({100 * value['low']:.1f}–{100 * value['high']:.1f})"


def summary(measured: Iterable[Measured]) -> Iterator[str]:
    yield (
        "| set | tiers | n | rejected, of unsupported | escalated | passed | rejected, of supported | escalated "
        "| contradicted, of supported | risk at coverage | area | claims/s cold | warm |"
    )
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for one in measured:
        result = one.result
        wrong = result["detection"]
        passed = (
            None
            if wrong["value"] is None
            else round((1 - wrong["value"] - result["escalated_unsupported"]["value"]) * wrong["n"])
        )
        cells = [
            one.name,
            one.tiers,
            str(result["n"]),
            percent(wrong),
            percent(result["escalated_unsupported"]),
            "–" if passed is None else percent(attribution.interval(passed, wrong["n"])),
            percent(result["false_alarms"]),
            percent(result["escalated_supported"]),
            percent(result["false_contradicted"]),
            _risk(one),
            f"{area(one.points):.3f}",
            "–" if one.cold is None else f"{one.cold:,.0f}",
            f"{one.warm:,.0f}",
        ]
        yield f"| {' | '.join(cells)} |"


def _risk(one: Measured) -> str:
    """The risk of passing what is accepted, at the coverage that this gives."""
    result = one.result
    n_wrong, n_right = result["detection"]["n"], result["false_alarms"]["n"]
    passed = [
        round(n * (1 - (group["value"] or 0) - (doubtful["value"] or 0)))
        for n, group, doubtful in (
            (n_wrong, result["detection"], result["escalated_unsupported"]),
            (n_right, result["false_alarms"], result["escalated_supported"]),
        )
    ]
    total = sum(passed)
    if not total:
        return "–"
    return f"{100 * passed[0] / total:.1f} at {100 * total / (n_wrong + n_right):.0f}"


def risks(measured: Iterable[Measured]) -> Iterator[str]:
    """Risk against coverage, at each fifth of the claims."""
    yield "\n**Risk (unsupported among those passed, %) when the surest share of all claims passes**\n"
    yield f"| set | tiers | {' | '.join(f'{100 * share:.0f}%' for share in COVERAGES)} |"
    yield f"|---|---|{'--:|' * len(COVERAGES)}"
    for one in measured:
        found = [
            next(point for point in one.points if point.coverage >= share) for share in COVERAGES
        ]
        cells = " | ".join(f"{100 * point.risk:.1f}" for point in found)
        yield f"| {one.name} | {one.tiers} | {cells} |"


def kinds(measured: Iterable[Measured]) -> Iterator[str]:
    for one in measured:
        if "by_kind" not in one.result:
            continue
        yield f"\n**{one.name}, {one.tiers}**\n"
        yield "| kind | n | rejected | escalated | accepted |"
        yield "|---|--:|--:|--:|--:|"
        for label in ("supported", "unsupported"):
            for kind, found in one.result["by_kind"].items():
                if found["label"] == label:
                    shares = (percent(found[o]) for o in ("rejected", "escalated", "accepted"))
                    yield f"| {kind} ({label}) | {found['accepted']['n']} | {' | '.join(shares)} |"


def draw(measured: Sequence[Measured], path: Path) -> None:
    try:
        from medrag.evaluation import plots
    except ModuleNotFoundError as error:
        raise MissingDependency(
            f"the figure needs {error.name}", where="--plot", hint="pip install 'medrag[plots]'"
        ) from None
    curves = {f"{one.name}, {one.tiers}": one.points for one in measured}
    shown = next((one for one in measured if one.name.endswith("test")), measured[0])
    plots.attribution(curves, shown.result["by_kind"]).savefig(path, dpi=150)


def limited(lines: list[Line], limit: int | None) -> list[Line]:
    if limit is None or len(lines) <= limit:
        return lines
    return random.Random(0).sample(lines, limit)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", action="append", choices=sorted(SETS), dest="sets")
    parser.add_argument("--corpus", action="append", type=Path, help="guidelines to make claims of")
    parser.add_argument("--entailment", action="append", default=[], help="a further tier")
    parser.add_argument("--limit", type=int, help="claims of each set, drawn with a fixed seed")
    parser.add_argument("--plot", type=Path, metavar="FILE.png")
    parser.add_argument("--write", type=Path, metavar="DIR")
    options = parser.parse_args()
    chosen = {name: SETS[name] for name in options.sets or ([] if options.corpus else SETS)}
    for split in ("dev", "test") if options.corpus else ():
        chosen[f"corpus-{split}"] = partial(from_corpus, options.corpus, split)
    sets = {}
    for name, load in chosen.items():
        try:
            sets[name] = limited(load(), options.limit)
        except Absent as absent:
            print(f"{name} left out: {absent}", file=sys.stderr)
            continue
        if not sets[name]:
            print(f"{name} left out: no claim could be made", file=sys.stderr)
            del sets[name]
    if options.write:
        options.write.mkdir(parents=True, exist_ok=True)
        for name, lines in sets.items():
            text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            (options.write / f"{name}.jsonl").write_text(text, "utf-8")
        return
    tiers = list(dict.fromkeys(["lexical", Settings().entailment, *options.entailment]))
    checkers = [Medrag(settings=Settings(entailment=tier)).checker for tier in tiers]
    measured: list[Measured] = []
    baselines: list[Measured] = []
    for name, lines in sets.items():
        items = [attribution.parse(line) for line in lines]
        for checker in checkers:
            list(attribution.run(items[:1], checker))  # dictionaries and models are loaded once
            measured.append(measure(name, items, checker))
            tier = checker.entailment
            baselines.append(
                alone(name, f"{tier.name} alone", items, partial(by_score, items, tier))
            )
        baselines.append(
            alone(name, "critical facts alone", items, partial(by_facts, items, Checker()))
        )
    command = " ".join(["python", "benchmarks/attribution/run.py", *sys.argv[1:]])
    print(
        f"{datetime.now(UTC).date()}, `{command}`, {platform.machine()}, Python {platform.python_version()};"
    )
    print("percentages with 95% intervals (Wilson); speed in claims a CPU second.\n")
    print("\n".join(summary([*measured, *baselines])))
    print("\n".join(risks([*measured, *baselines])))
    print("\n".join(kinds(measured)))
    if options.plot:
        draw([*measured], options.plot)


if __name__ == "__main__":
    try:
        main()
    except MedragError as error:
        sys.exit(str(error))
