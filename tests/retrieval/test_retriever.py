"""Searching: what comes first, what is left out, and what a search does with odd questions."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrag.errors import QuestionError
from medrag.retrieval.diversity import SECTION_HITS
from medrag.retrieval.retriever import Retriever
from tests.index.entries import entry
from tests.retrieval.searching import found, searcher

OLD = entry(
    "ht-2020",
    "75歳以上の降圧目標は150/90mmHg未満とする。",
    title="高血圧診療指針",
    society="架空高血圧学会",
    edition="2020年版",
    published=date(2020, 4, 1),
)
NEW = entry(
    "ht-2025",
    "75歳以上の降圧目標は130/80mmHg未満とする。",
    title="高血圧診療指針",
    society="架空高血圧学会",
    edition="2025年版",
    published=date(2025, 8, 1),
    supersedes="ht-2020",
)
ASTHMA = entry(
    "asthma",
    "喘息の長期管理では吸入ステロイド薬を用いる。",
    "喘息の発作にはSABAを吸入する。",
    title="喘息指針",
    society="架空呼吸器学会",
    kinds=("recommendation", "explanation"),
)


@pytest.fixture(scope="module")
def guidelines(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return searcher(tmp_path_factory.mktemp("index"), OLD, NEW, ASTHMA)


def test_the_current_edition_comes_before_the_superseded_one(guidelines: Retriever) -> None:
    hits = guidelines.search("75歳以上の降圧目標は？", k=10)
    assert [(hit.passage.document_id, hit.edition_status) for hit in hits[:2]] == [
        ("ht-2025", "current"),
        ("ht-2020", "superseded"),
    ]


def test_an_edition_that_the_question_names_is_not_put_behind(guidelines: Retriever) -> None:
    assert found(guidelines, "2020年版で75歳以上の降圧目標は？")[0] == "ht-2020#0"


def test_on_an_earlier_day_the_edition_of_that_day_is_current(guidelines: Retriever) -> None:
    hits = guidelines.search("75歳以上の降圧目標は？", k=10, as_of=date(2021, 1, 1))
    assert [(hit.passage.document_id, hit.edition_status) for hit in hits] == [
        ("ht-2020", "current")
    ]


def test_a_document_without_edition_and_date_has_an_unknown_status(guidelines: Retriever) -> None:
    assert guidelines.search("喘息の発作", k=1)[0].edition_status == "unknown"


@pytest.mark.parametrize(
    ("filters", "documents"),
    [
        ({"society": "架空呼吸器学会"}, {"asthma"}),
        ({"society": ["架空呼吸器学会", "架空高血圧学会"]}, {"asthma", "ht-2020", "ht-2025"}),
        ({"document": "ht-2020"}, {"ht-2020"}),
        ({"edition": "２０２５年版"}, {"ht-2025"}),
        ({"year": "2020"}, {"ht-2020"}),
        ({"kind": "explanation"}, {"asthma"}),
        ({"language": "ja", "year": "2025"}, {"ht-2025"}),
        ({"document": "../ht"}, set()),
    ],
)
def test_a_hit_agrees_with_every_filter(
    guidelines: Retriever, filters: dict[str, str], documents: set[str]
) -> None:
    hits = guidelines.search("喘息の吸入と75歳以上の降圧目標", k=10, filters=filters)
    assert {hit.passage.document_id for hit in hits} == documents


@pytest.mark.parametrize(
    ("population", "passages"),
    [
        ("妊婦", {"a#0", "b#0"}),
        ("妊娠中の女性", {"a#0", "b#0"}),
        ("pregnant women", {"a#0", "b#0"}),
        (["妊婦", "高齢者"], {"a#0", "b#0", "c#0"}),
        ("小児", set()),
    ],
)
def test_a_population_is_whom_the_passage_or_its_heading_speaks_of(
    tmp_path: Path, population: str | list[str], passages: set[str]
) -> None:
    retriever = searcher(
        tmp_path,
        entry("a", "妊婦にはARBを投与しない。"),
        entry("b", "ARBを避ける。", section=("妊娠中の女性",)),
        entry("c", "高齢者ではARBを少量から始める。"),
        entry("d", "ARBは第一選択薬である。"),
    )
    assert set(found(retriever, "ARB", filters={"population": population})) == passages


def test_an_unknown_filter_is_named_with_those_that_there_are(guidelines: Retriever) -> None:
    with pytest.raises(QuestionError, match="autor") as caught:
        guidelines.search("喘息", k=1, filters={"autor": "x"})
    assert caught.value.hint == (
        "valid: society, document, kind, population, edition, year, language"
    )
    with pytest.raises(QuestionError, match="year"):
        guidelines.search("喘息", k=1, filters={"year": " "})


def test_filters_that_leave_nothing_are_told(guidelines: Retriever) -> None:
    ranking = guidelines.rank("喘息", k=1, filters={"society": "架空皮膚科学会"})
    assert ranking.hits == ()
    (notice,) = ranking.notices
    assert notice.code == "filter_empty"
    assert "society=架空皮膚科学会" in notice.message
    assert guidelines.rank("喘息", k=1, filters={"society": "架空呼吸器学会"}).notices == ()


def test_filters_apply_before_the_cut(tmp_path: Path) -> None:
    many = [entry(f"d{i:03}", "高血圧の降圧目標の解説である。") for i in range(100)]
    wanted = entry("z", "高血圧では塩分を控える。", society="甲")
    retriever = searcher(tmp_path, *many, wanted)
    assert found(retriever, "高血圧の降圧目標", filters={"society": "甲"}) == ["z#0"]


def test_of_two_passages_that_match_alike_the_recommendation_comes_first(tmp_path: Path) -> None:
    text = "喘息には吸入ステロイド薬を用いる。"
    retriever = searcher(
        tmp_path,
        entry("a", text, kinds=("explanation",)),
        entry("b", text, kinds=("references",)),
        entry("c", text, kinds=("recommendation",)),
    )
    assert found(retriever, "喘息の吸入ステロイド薬") == ["c#0", "a#0", "b#0"]


def test_headings_are_searched_and_texts_stay_as_they_are(tmp_path: Path) -> None:
    retriever = searcher(
        tmp_path,
        entry("a", "成人では1日1回投与する。", section=("アムロジピン", "用量")),
        entry("b", "成人では1日2回投与する。", section=("カルベジロール", "用量")),
    )
    hit = retriever.search("カルベジロールの用量", k=1)[0]
    assert hit.passage.text == "成人では1日2回投与する。"


def test_a_line_break_inside_a_word_does_not_hide_it(tmp_path: Path) -> None:
    retriever = searcher(
        tmp_path, entry("a", "本態性高\n血圧の治療"), entry("b", "高い山の血の池の圧")
    )
    assert found(retriever, "高血圧")[0] == "a#0"


def test_no_section_fills_the_list_while_others_answer_too(tmp_path: Path) -> None:
    crowded = [f"貧血の治療では鉄剤を投与する方法{i}がある。" for i in range(6)]
    other = entry("b", "別の章でも貧血に触れる。")
    retriever = searcher(tmp_path, entry("a", *crowded, section=("貧血",)), other)
    ids = found(retriever, "貧血の治療の鉄剤を投与する方法")
    assert ids.index("b#0") == SECTION_HITS
    assert len(ids) == 7


def test_a_superseded_passage_that_the_current_edition_repeats_gives_way(tmp_path: Path) -> None:
    text = "喘息の長期管理では吸入ステロイド薬を第一に選ぶ。"
    retriever = searcher(
        tmp_path,
        entry("old", text, edition="第1版"),
        entry("new", text, edition="第2版", supersedes="old"),
    )
    assert found(retriever, "喘息の長期管理") == ["new#0"]


@pytest.mark.parametrize(
    "question",
    ["", " \n\u3000\t", "。、！？…", "😀🫀", "ゑ", "未知語ばかりqqq", "\0", "\ud83d", "()[]{}<>|*"],
    ids=repr,
)
def test_a_question_without_a_word_of_the_index_has_no_hit(
    guidelines: Retriever, question: str
) -> None:
    assert found(guidelines, question) == []


def test_a_single_kana_has_no_hit_that_does_not_have_it(guidelines: Retriever) -> None:
    for hit in guidelines.search("の", k=10):
        assert "の" in hit.passage.text


def test_a_question_in_several_scripts_is_searched(guidelines: Retriever) -> None:
    assert found(guidelines, "喘息 asthma ﾁﾘｮｳ ส хрип 🫁")[0].startswith("asthma#")


def test_of_a_very_long_question_the_beginning_is_searched(guidelines: Retriever) -> None:
    question = "喘息の吸入ステロイド薬。" + "🫁漢かなカナabc 0.5mg　" * 6_250
    assert len(question) >= 100_000
    assert found(guidelines, question)[0] == "asthma#0"
    (notice,) = guidelines.rank(question, k=1).notices
    assert notice.code == "question_cut"
    assert "10,000 字" in notice.message


@pytest.mark.parametrize("text", ["a", "7", "漢", "ア", "か\u3099", "a ", "1.", "β遮断薬"])
def test_a_long_run_without_a_break_is_searched_like_any_text(
    guidelines: Retriever, text: str
) -> None:
    assert found(guidelines, "喘息の発作、" + text * 100_000)[0] == "asthma#1"


def test_an_index_of_english_alone_has_no_bigrams_and_is_searched(tmp_path: Path) -> None:
    retriever = searcher(
        tmp_path, entry("a", "Oral prednisolone is given early."), entry("b", "Fever.")
    )
    assert found(retriever, "oral prednisolone") == ["a#0"]
    assert found(retriever, "喘息") == []


def test_an_empty_index_has_no_hits(tmp_path: Path) -> None:
    assert found(searcher(tmp_path), "喘息") == []


@given(st.text(alphabet="喘息の降圧目標75歳ａβ😀ｶﾞ。 \nCKD\u3099\u200b", max_size=60))
def test_any_question_gives_ranked_hits_or_none(guidelines: Retriever, question: str) -> None:
    found(guidelines, question)


def test_a_search_is_the_same_each_time(guidelines: Retriever) -> None:
    assert guidelines.search("喘息", k=3) == guidelines.search("喘息", k=3)


def test_every_part_of_a_question_has_its_hit(tmp_path: Path) -> None:
    uses = [f"アムロジピンの適応は高血圧であり、適応{i}もある。" for i in range(8)]
    retriever = searcher(
        tmp_path,
        *(entry(f"u{i}", text) for i, text in enumerate(uses)),
        entry("d", "アムロジピンの用量は1日1回5mgである。"),
        entry("c", "アムロジピンの禁忌は妊婦である。"),
    )
    hits = retriever.search("アムロジピンの適応、用量、禁忌は？", k=5)
    assert {"d", "c"} <= {hit.passage.document_id for hit in hits}
    assert len(hits) == 5


def test_a_date_is_found_first_by_whoever_asks_when(tmp_path: Path) -> None:
    retriever = searcher(
        tmp_path,
        entry("a", "チアガワ症候群は研究会が報告した。"),
        entry("b", "チアガワ症候群は1962年に報告した。"),
        entry("c", "骨折は固定する。"),
    )
    assert found(retriever, "チアガワ症候群が報告されたのはいつか")[0] == "b#0"
    assert found(retriever, "チアガワ症候群は何年に報告されたか")[0] == "b#0"


def test_common_words_alone_are_still_searched(tmp_path: Path) -> None:
    retriever = searcher(tmp_path, *(entry(f"d{i}", "血圧を測る。") for i in range(12)))
    assert len(found(retriever, "血圧")) == 10


def test_paragraphs_of_one_article_do_not_make_room_for_others(tmp_path: Path) -> None:
    # Each paragraph is a document of its own, with the title of its article.
    siblings = [
        entry(f"p{i}", f"貧血の治療の第{i}の歴史を述べる。", title="貧血") for i in range(8)
    ]
    retriever = searcher(tmp_path, *siblings, entry("q", "貧血に触れる。", title="鉄"))
    assert found(retriever, "貧血の治療の歴史")[:8] == [f"p{i}" + "#0" for i in range(8)]


def test_vectors_without_meaning_have_no_say(guidelines: Retriever) -> None:
    for hit in guidelines.search("喘息の発作", k=10):
        assert set(hit.legs) == {"words", "bigrams"}
    # It shares characters with the vector of 喘息, but no pair of them and no word.
    assert found(guidelines, "息喘") == []


def test_half_width_kana_and_full_width_letters_find_the_same_passages(
    guidelines: Retriever,
) -> None:
    assert found(guidelines, "ｽﾃﾛｲﾄﾞ薬") == found(guidelines, "ステロイド薬")
    assert found(guidelines, "ＳＡＢＡ") == found(guidelines, "saba") == ["asthma#1"]
