"""Builds further lexicon files from your own copies of open Japanese terminologies.

    python benchmarks/lexicon/build.py DIR --prices prices.csv --allergens allergens.csv \
        --adverse-events MedDic-CANCER-ADE-JA.csv --drug-classes MedDic-CANCER-DRUG-JA.csv

Each source is optional; for each, DIR gets one file in the format of the lexicon that ships (see
medrag/japanese/lexicon/groups.py), which MEDRAG_LEXICON names (or `Lexicon.load([path, ...])`). The sources are
not part of this project and have their own terms, and so has what is built from them:

--prices          the list of priced drugs of the Ministry of Health, Labour and Welfare, or its
                  list of generics, as CSV with the columns 成分名 and 品名: brand names to ingredients
--allergens       JFAGY allergen codes (JPTERM, JPKANA, ENTERM): English names, and readings as lay
                  words, since several things may be read alike
--adverse-events  MedDic-CANCER-ADE-JA (出現形, [標準病名]): how notes word an adverse event; as lay
                  words, since they are good to find by and prove little
--drug-classes    MedDic-CANCER-DRUG-JA (一般名, a column <class> each): classes and their members

UTF-8 and Shift_JIS are both read. What would make two things one is left out and counted: a brand
of several ingredients, a word that the own lexicon knows as something else, a reading of two kana.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

from medrag.japanese.lexicon import Lexicon, default_lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

Groups = dict[str, dict[str, None]]  # head to its forms, in order, each once

_SALT = re.compile(
    r"(?:(?:[一二三四五六七八1-8]|セスキ|ヘミ)?水和物|"
    r"(?:[一二三]|ジ|ヘミ)?(?:塩酸|臭化水素酸|硫酸|リン酸|酢酸|マレイン酸|フマル酸|酒石酸|クエン酸|"
    r"メシル酸|ベシル酸|トシル酸|コハク酸|シュウ酸|硝酸|安息香酸|パモ酸|ヒベンズ酸)塩|"
    r"(?<=[ァ-ー])(?:二)?(?:ナトリウム|カリウム|カルシウム))$"
)
_DOSAGE_FORM = re.compile(
    r"(?:配合|OD|D錠|LA|CR|SR|XR|ER|小児用|腸溶|徐放|口腔|速崩|舌下|チュアブル|静注|皮下注|筋注|点滴|注射|注|"
    r"錠|カプセル|散|細粒|顆粒|ドライシロップ|シロップ|DS|内用|内服|経口|懸濁|液|点眼|点鼻|点耳|吸入|"
    r"エアゾール|ディスカス|エリプタ|タービュヘイラー|ブリーズヘラー|レスピマット|テープ|パッチ|パップ|ゲル|クリーム|"
    r"軟膏|ローション|スプレー|フォーム|坐|ゼリー|フィルム|トローチ|キット|シリンジ|ペン|バイアル|オートインジェクター|"
    r"[(「0-9]).*$"
)
_NAME = re.compile(r"[ァ-ヺー・]{3,}")
_NO_WORD = re.compile(r"[・()]")
_NO_WORDING = re.compile(r"[0-9()（）「」、。,?？/／]|^.$")
_UNSAID = frozenset({"", "-1", "[AMB]"})


def rows(path: Path, *columns: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV file in UTF-8 or Shift_JIS, NFKC; it must have the columns."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp932")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    absent = [column for column in columns if column not in (reader.fieldnames or ())]
    if absent:
        raise SystemExit(f"{path}: no column {', '.join(absent)}")
    for row in reader:
        yield {
            column: normalize("NFKC", value or "").strip()
            for column, value in row.items()
            if isinstance(column, str)
        }


def ingredient(name: str) -> str:
    """The name of an active ingredient without its salt and water: アムロジピンベシル酸塩.

    What the lexicon knows by its salt keeps it, and so does an acid: calcium gluconate is no
    potassium gluconate.
    """
    name = re.sub(r"\(.*?\)", "", name).strip()
    while not default_lexicon().synonyms(name):
        shorter = _SALT.sub("", name)
        if shorter == name or len(shorter) < 4:
            break
        name = shorter
    return name


def brand(product: str) -> str:
    """What a product is called, without its form, strength and company: ノルバスク錠2.5mg."""
    return _DOSAGE_FORM.sub("", product).strip()


def drug_names(paths: list[Path], left_out: Counter[str]) -> Groups:
    """Ingredients, and the brand names and salts under which they go."""
    brands: defaultdict[str, set[str]] = defaultdict(set)
    salts: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for path in paths:
        for row in rows(path, "成分名", "品名"):
            parts = [ingredient(part) for part in row["成分名"].split("・")]
            head = "・".join(parts)
            if len(parts) > 1:
                head = head.removesuffix("配合剤") + "配合剤"
            salts[head][row["成分名"]] = None
            name = brand(row["品名"])
            if not _NAME.fullmatch(name):
                left_out["product without a brand name"] += 1
            elif not any(part[:4] in name or name in part for part in parts):
                brands[name].add(head)
    groups: Groups = {head: {} for head in salts}
    for head, names in salts.items():
        groups[head] |= {name: None for name in names if not _NO_WORD.search(name)}
    for name, heads in sorted(brands.items()):
        (head, *others) = sorted(heads)
        if others:
            left_out["brand of several ingredients"] += 1
        elif _means_otherwise(name, head):
            left_out["brand that the lexicon knows otherwise"] += 1
        else:
            groups[head][name] = None
    return groups


def _means_otherwise(word: str, head: str) -> bool:
    """Whether the lexicon that ships has the word as a name of something else."""
    known = default_lexicon()
    named = any(synonym.relation != "lay" for synonym in known.synonyms(word))
    return named and not known.same(word, head)


def allergens(path: Path, left_out: Counter[str]) -> tuple[Groups, Groups]:
    """Allergens with their English names, and with their readings."""
    english: Groups = {}
    readings: Groups = {}
    taken = Counter(row["ENTERM"].casefold() for row in rows(path, "JPTERM", "JPKANA", "ENTERM"))
    for row in rows(path):
        term, reading, name = row["JPTERM"], row["JPKANA"], row["ENTERM"]
        if len(term) < 2 or "ダミー" in term or "|" in term:
            left_out["code without a term"] += 1
            continue
        if name and taken[name.casefold()] == 1:
            english.setdefault(term, {})[name] = None
        else:
            left_out["English name of several allergens"] += 1
        if len(reading) >= 4 and reading != term:
            readings.setdefault(term, {})[reading] = None
        else:
            left_out["reading too short to find by"] += 1
    return english, readings


def adverse_events(path: Path, left_out: Counter[str]) -> Groups:
    """Standard names of diseases, and how clinical notes word them."""
    groups: Groups = {}
    for row in rows(path, "出現形", "[標準病名]"):
        head, form = row["[標準病名]"], row["出現形"]
        if head in _UNSAID:
            left_out["wording of no one disease"] += 1
        elif _NO_WORDING.search(form) or re.search(r"G$|^G|グレード", form):
            left_out["wording with a grade or a mark"] += 1
        elif _means_otherwise(form, head):
            left_out["wording that the lexicon knows otherwise"] += 1
        elif form != head:
            groups.setdefault(head, {})[form] = None
    return groups


def drug_classes(path: Path, left_out: Counter[str]) -> Groups:
    """Classes of drugs and their members."""
    groups: Groups = {}
    for row in rows(path, "一般名"):
        name = ingredient(row["一般名"])
        if name.endswith(("薬", "剤", "療法")) or len(name) < 3 or ";" in name:
            left_out["class or combination among the members"] += 1
            continue
        for column, value in row.items():
            if column.startswith("<") and value == "1" and column.strip("<>") != name:
                groups.setdefault(column.strip("<>"), {})[name] = None
    return groups


def write(path: Path, source: Path, relations: dict[str, Groups]) -> int:
    """One lexicon file; returns how many groups it holds."""
    lines = [f"# Built from {source.name}; its terms apply."]
    for relation, groups in relations.items():
        for head, forms in groups.items():
            kept = [form for form in forms if form and "|" not in form and form != head]
            if kept:
                lines.append(f"{relation}\t{head}\t{'|'.join(kept)}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines) - 1


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, metavar="DIR", help="where the files go")
    parser.add_argument("--prices", type=Path, nargs="+", default=[], metavar="CSV")
    parser.add_argument("--allergens", type=Path, metavar="CSV")
    parser.add_argument("--adverse-events", type=Path, metavar="CSV")
    parser.add_argument("--drug-classes", type=Path, metavar="CSV")
    options = parser.parse_args(arguments)

    options.out.mkdir(parents=True, exist_ok=True)
    built: list[Path] = []

    def build(name: str, source: Path, relations: dict[str, Groups], why: Counter[str]) -> None:
        path = options.out / f"{name}.tsv"
        count = write(path, source, relations)
        built.append(path)
        print(
            f"{path}: {count} groups", *(f"{n} {reason}" for reason, n in why.items()), sep="\n  "
        )

    why: Counter[str]
    if options.prices:
        why = Counter()
        build("brand_names", options.prices[0], {"brand": drug_names(options.prices, why)}, why)
    if options.allergens:
        why = Counter()
        english, readings = allergens(options.allergens, why)
        build("allergens", options.allergens, {"same": english, "lay": readings}, why)
    if options.adverse_events:
        why = Counter()
        wordings = adverse_events(options.adverse_events, why)
        build("adverse_events", options.adverse_events, {"lay": wordings}, why)
    if options.drug_classes:
        why = Counter()
        members = drug_classes(options.drug_classes, why)
        build("classes_of_drugs", options.drug_classes, {"member": members}, why)
    if not built:
        parser.error("name at least one source")
    print(f"the lexicon with them: {len(Lexicon.load(built).groups)} groups")


if __name__ == "__main__":
    main(sys.argv[1:])
