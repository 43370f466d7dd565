"""Reach: near is not there, and a story around a question is not what is asked."""

import pytest

from medrag.generation.scope import routes
from tests.generation.test_extractive import hit, write

SEIZURE = hit(
    "ミダゾラムは0.2 mg/kgを静注する。経口補水液は500 mLを少しずつ飲ませる。",
    "第3章 けいれん",
    start=6000,
    title="救急の手引き",
)
FEES = hit(
    "療養指導料2は330点とし、月1回に限り算定する。",
    "第2 指導料",
    start=6100,
    title="算定の留意事項",
)
STENT = hit(
    "シロスタゾールを投与する。オメプラゾールと併用する患者では、1回50 mgに減らす。",
    "第4章 末梢動脈疾患",
    start=6200,
    title="末梢動脈疾患の手引き",
)
SORE = hit(
    "円座は褥瘡の予防に用いない。独居の高齢者で、自宅に冷房がない場合は帰宅を勧めない。",
    "第5章 看護",
    start=6300,
    title="褥瘡と看護の手引き",
)


def test_another_route_is_no_answer() -> None:
    assert "0.2 mg/kg" in write("ミダゾラムの静注の用量は", SEIZURE).text
    assert write("ミダゾラムの点鼻の用量は", SEIZURE).abstained


def test_a_route_has_many_names() -> None:
    assert routes("飲み薬") == routes("内服") == routes("経口")
    assert routes("目薬") != routes("点鼻")


def test_of_names_that_differ_by_a_number_only_the_one_asked_about_answers() -> None:
    assert "330点" in write("療養指導料2は何点ですか", FEES).text
    assert write("療養指導料3は何点ですか", FEES).abstained


def test_how_a_thing_is_made_is_not_how_it_is_given() -> None:
    assert "500 mL" in write("経口補水液はどのくらい飲ませますか", SEIZURE).text
    assert write("経口補水液の作り方は", SEIZURE).abstained


def test_a_drug_beside_another_that_is_asked_about_too_is_met() -> None:
    assert (
        "1回50 mg"
        in write("シロスタゾールはオメプラゾールと併用するときどの量にしますか", STENT).text
    )


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("床ずれにドーナツ型のクッションを使ってもいいですか", "円座は褥瘡の予防に用いない"),
        ("一人暮らしのおじいさんで家にクーラーがないとき、帰していいですか", "帰宅を勧めない"),
        (
            "先週から祖母が入院しています。看護師さんに言われました。床ずれの予防に円座は使いますか",
            "円座は褥瘡の予防に用いない",
        ),
    ],
)
def test_everyday_words_and_stories_reach_what_guidelines_write(question: str, held: str) -> None:
    assert held in write(question, SORE).text


@pytest.mark.parametrize(
    "question",
    ["ミダゾラムの死亡率は何%ですか", "褥瘡の有病率は", "褥瘡の発生率は", "療養指導料2の患者数は"],
)
def test_rates_that_are_not_stated_are_not_answered(question: str) -> None:
    assert write(question, SEIZURE, FEES, SORE).abstained


def test_an_explanation_under_a_heading_of_its_own_is_about_what_it_explains() -> None:
    text = "中等症以上の患者に、デュピルマブの皮下注射を提案する。"
    recommendation = hit(
        text, "第2章 全身療法", "声明3", kind="recommendation", start=7000, title="皮膚の手引き"
    )
    explanation = hit(
        "初回600 mg、以後は300 mgを2週ごとに投与する。",
        "第2章 全身療法",
        "くわしく",
        kind="explanation",
        start=7000 + len(text) + 8,
        title="皮膚の手引き",
    )
    question = "デュピルマブの初回の用量は"
    assert "初回600 mg" in write(question, recommendation, explanation).text
    assert write(question, explanation).abstained


AMLODIPINE = hit(
    "アムロジピンは1日1回2.5〜5 mgを投与する。75歳以上では通常の1/2量から開始する。"
    "整腸薬は抗菌薬と同時に用いてよい。",
    "第3章 薬物療法",
    start=8000,
)


@pytest.mark.parametrize(
    "question", ["80歳のアムロジピンの開始量は", "80歳の人はアムロジピンをどのくらいから始めますか"]
)
def test_a_drug_that_is_left_out_is_the_one_named_last(question: str) -> None:
    assert "75歳以上では通常の1/2量から開始する" in write(question, AMLODIPINE).text


def test_a_drug_that_is_named_later_is_not_the_one_left_out() -> None:
    assert "1/2量" not in write("80歳の整腸薬の開始量は", AMLODIPINE).text
