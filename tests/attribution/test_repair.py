"""Repair takes out or cites anew; it never edits a word, and checks again."""

import asyncio

from medrag.attribution.checker import Checker
from medrag.attribution.repair import Regenerate, Repair, Repaired, repair
from medrag.attribution.verdicts import EvidenceText

PASSAGES = [
    EvidenceText(id="1", text="75歳以上の高血圧患者では130/80 mmHg未満を降圧目標とする。"),
    EvidenceText(id="2", text="妊婦にはARBを投与しない。"),
]
WRONG_DOSE = "75歳以上の高血圧患者では150/80 mmHg未満を降圧目標とする[1]。"
RIGHT = "妊婦にはARBを投与しない[2]。"


def run(text: str, how: Repair, regenerate: Regenerate | None = None) -> Repaired:
    checker = Checker()
    report = checker.check(text, PASSAGES)
    return asyncio.run(
        repair(report, how=how, checker=checker, passages=PASSAGES, regenerate=regenerate)
    )


def test_flag_leaves_the_text():
    result = run(WRONG_DOSE + RIGHT, "flag")
    assert result.report.text == WRONG_DOSE + RIGHT
    assert result.notices == ()


def test_drop_takes_out_what_is_contradicted_and_says_so():
    result = run(WRONG_DOSE + RIGHT, "drop")
    assert result.report.text == RIGHT
    assert [claim.verdict for claim in result.report.claims] == ["supported"]
    assert [notice.code for notice in result.notices] == ["dropped_claims"]


def test_recite_moves_the_citation_and_nothing_else():
    result = run("妊婦にはARBを投与しない[1]。", "recite")
    assert result.report.text == "妊婦にはARBを投与しない[2]。"
    assert [notice.code for notice in result.notices] == ["recited"]


def test_recite_cites_what_had_no_citation():
    assert run("妊婦にはARBを投与しない。", "recite").report.text == "妊婦にはARBを投与しない[2]。"


def test_a_wrong_number_is_dropped_never_corrected():
    result = run(WRONG_DOSE, "recite")
    assert "130" not in result.report.text
    assert "150" not in result.report.text


def test_regenerate_is_asked_once_and_what_still_fails_is_dropped():
    asked = []

    async def again(claims):
        asked.append([claim.text for claim in claims])
        return WRONG_DOSE + RIGHT

    result = run(WRONG_DOSE, "regenerate", again)
    assert asked == [[WRONG_DOSE]]
    assert result.report.text == RIGHT
    assert [notice.code for notice in result.notices] == ["regenerated", "dropped_claims"]


def test_a_regenerator_that_cannot_leaves_dropping():
    async def cannot(claims):
        return None

    assert run(WRONG_DOSE + RIGHT, "regenerate", cannot).report.text == RIGHT
