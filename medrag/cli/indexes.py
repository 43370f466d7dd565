"""`medrag ingest` and `medrag index`."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from medrag.cli.output import DONE, FAILED, Subparsers, command, emit, index_option
from medrag.cli.words import error_lines, notice_line

if TYPE_CHECKING:
    from medrag.documents.corpus import Progress
    from medrag.index.changes import DocumentChange
    from medrag.pipeline import Medrag
    from medrag.pipeline.ingest import IngestReport

_COLUMNS = 100


def add(subparsers: Subparsers) -> None:
    """Register the commands."""
    ingest = command(subparsers, "ingest", "文書を読み込み、索引を作る")
    ingest.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="文書、フォルダー、corpus.toml"
    )
    index_option(ingest)
    ingest.add_argument("--dry-run", action="store_true", help="報告だけ行い、索引は書かない")
    ingest.add_argument(
        "--encoding", metavar="CODEC", help="テキストの文字コード（指定がなければ判別する）"
    )
    ingest.set_defaults(run=_ingest)

    group = subparsers.add_parser("index", help="索引を調べる").add_subparsers(
        title="対象", metavar="WHAT", required=True
    )
    for name, summary, run in (
        ("info", "世代、版、件数", _info),
        ("verify", "全ファイルのチェックサムを照合する", _verify),
        ("recommendations", "推奨の一覧", _recommendations),
    ):
        parser = command(group, name, summary)
        index_option(parser)
        parser.set_defaults(run=run)
    diff = command(group, "diff", "世代の間、版の間で何が変わったか")
    diff.add_argument("old", nargs="?", metavar="OLD", help="世代（省略すると NEW の一つ前）")
    diff.add_argument("new", nargs="?", metavar="NEW", help="世代（省略すると現在のもの）")
    index_option(diff)
    diff.set_defaults(run=_diff)


def _ingest(arguments: argparse.Namespace) -> int:
    from medrag.pipeline.ingest import ingest
    from medrag.settings import Settings

    settings = Settings()
    with contextlib.closing(_Bar()) as bar:
        report = ingest(
            arguments.paths,
            index=arguments.index or settings.index,
            settings=settings,
            dry_run=arguments.dry_run,
            encoding=arguments.encoding,
            progress=bar,
        )
    for failure in report.errors:
        what, *details = error_lines(failure.error)
        print("\n".join([f"{what}: {failure.path}", *details]), file=sys.stderr)
    if arguments.json:
        emit(report.to_dict())
    else:
        for row in report.documents:
            edition = f"（{row.edition}）" if row.edition else ""
            pages = f"{row.pages} ページ, " if row.pages else ""
            print(
                f"{row.document_id}\t{row.title}{edition}\t"
                f"{pages}{row.passages} 箇所, 推奨 {row.recommendations} 件"
            )
            for notice in row.warnings:
                print(f"  注意: {notice_line(notice.code, notice.message)}")
        _summarise(report)
    return FAILED if report.errors else DONE


def _summarise(report: IngestReport) -> None:
    facts = report.summary()
    print(
        f"{facts['documents']} 文書（版の記載あり {facts['editions']}）, {report.passages} 箇所, "
        f"CQ {facts['clinical_questions']} 件, 推奨 {facts['recommendations']} 件"
        f"（うち強さの記載なし {facts['without_strength']} 件）"
    )
    for path, pages in facts["needs_ocr"].items():
        print(f"OCR が必要: {path} の {len(pages)} ページ")
    for document in facts["hidden_text"]:
        print(f"隠れた文字を除きました: {document}")
    written = f"世代 {report.generation}" if report.generation else "索引は書いていません"
    print(f"{written}; 読み込めなかったもの {len(report.errors)} 件, {report.seconds:.1f} 秒")


class _Bar:
    """A line on a terminal's stderr: files, pages a second, and the time that is left."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._pages = 0
        self._shown = sys.stderr.isatty()

    def __call__(self, progress: Progress) -> None:
        self._pages += progress.pages
        if not self._shown:
            return
        elapsed = max(time.monotonic() - self._begun, 1e-6)
        left = elapsed / progress.done * (progress.files - progress.done)
        line = (
            f"{progress.done}/{progress.files} ファイル, {self._pages / elapsed:.0f} ページ/秒, "
            f"残り {left:.0f} 秒  {progress.name}"
        )
        print(f"\r\x1b[K{line[:_COLUMNS]}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the line."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _info(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as rag:
        info = rag.index.info()
    if arguments.json:
        emit(info)
        return DONE
    counts = info["counts"]
    print(f"世代 {info['generation']}（{info['path']}）")
    print(
        f"{counts['documents']} 文書, {counts['passages']} 箇所, 推奨 {counts['recommendations']} 件, "
        f"{counts['characters']} 字"
    )
    print(f"{len(info['files'])} ファイル, {info['bytes'] / 1e6:.1f} MB, 形式 {info['format']}")
    encoder = info["encoder"]
    print(f"辞書 {info['dictionary']}, 分かち書き {info['tokenizer']}")
    print(f"埋め込み {encoder['name']}（{encoder['dimension']} 次元）")
    print("文書:")
    for identifier in info["documents"]:
        print(f"  {identifier}")
    return DONE


def _verify(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as rag:
        checked = rag.index.verify()
    if arguments.json:
        emit({"ok": True, **checked._asdict()})
    else:
        print(
            f"世代 {checked.generation}: {checked.files} ファイル（{checked.bytes} バイト）の"
            "チェックサムはすべて一致しました。"
        )
    return DONE


def _opened(arguments: argparse.Namespace) -> Medrag:
    from medrag.pipeline import Medrag

    return Medrag(index=arguments.index)


_POLARITIES = {"for": "行う", "against": "行わない", "neither": "どちらとも定めない"}


def _recommendations(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as rag:
        rows = [recommendation.to_dict() for recommendation in rag.index.recommendations()]
    if arguments.json:
        emit({"recommendations": rows})
        return DONE
    for row in rows:
        strength = row["strength"]["raw"] if row["strength"] else "強さの記載なし"
        certainty = row["certainty"]["raw"] if row["certainty"] else "確実性の記載なし"
        print(
            f"{row['document_id']}\t{row['cq'] or '-'}\t{_POLARITIES[row['polarity']]}\t"
            f"{strength}\t{certainty}\t{' '.join(row['text'].split())}"
        )
        for exception in row["exceptions"]:
            print(f"\t例外: {exception['text']}")
    return DONE


def _diff(arguments: argparse.Namespace) -> int:
    from medrag.pipeline.difference import difference
    from medrag.settings import Settings

    settings = Settings()
    found = difference(
        arguments.index or settings.index, settings, old=arguments.old, new=arguments.new
    )
    if arguments.json:
        emit(found.to_dict())
        return DONE
    print(f"世代 {found.old or '（これより前の世代はありません）'} → {found.new}")
    for change in found.documents:
        print(f"{_KINDS[change.kind]} {change.after or change.before}")
        _show_recommendations(change)
    for change in found.editions:
        print(f"版: {change.before} → {change.after}")
        _show_recommendations(change)
    return DONE


_KINDS = {"added": "追加", "removed": "削除", "changed": "変更"}
_FIELDS = {
    "text": "本文",
    "polarity": "推奨の向き",
    "strength": "強さ",
    "certainty": "確実性",
    "exceptions": "例外",
}


def _show_recommendations(document: DocumentChange) -> None:
    for change in document.recommendations:
        shown = change.after or change.before
        fields = "・".join(_FIELDS[name] for name in change.fields)
        label = f"{shown.cq or ''} {shown.question or ''}".strip() if shown else ""
        print(f"  {_KINDS[change.kind]} {label}{f'（{fields}）' if fields else ''}")
        for sign, recommendation in (("-", change.before), ("+", change.after)):
            if recommendation is not None:
                strength = f" 〔{recommendation.strength.raw}〕" if recommendation.strength else ""
                print(f"    {sign} {' '.join(recommendation.text.split())}{strength}")
