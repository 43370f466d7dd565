"""Word documents: nothing that a reader sees is lost, nothing that was deleted comes back."""

from __future__ import annotations

import io
from collections.abc import Callable

import docx
from docx.document import Document as WordDocument
from docx.opc.constants import CONTENT_TYPE as CT
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph

from medrag.documents.parsers import Options, Parsed, parse


def read(write: Callable[[WordDocument], object]) -> Parsed:
    document = docx.Document()
    write(document)
    file = io.BytesIO()
    document.save(file)
    (parsed,) = parse(file.getvalue(), where="a.docx", options=Options())
    assert isinstance(parsed, Parsed)
    return parsed


def tracked(kind: str, text: str) -> object:
    letters = "w:delText" if kind in ("w:del", "w:moveFrom") else "w:t"
    return parse_xml(
        f'<{kind} {nsdecls("w")} w:id="1" w:author="x"><w:r><{letters}>{text}</{letters}></w:r></{kind}>'
    )


def test_changes_that_wait_are_read_as_accepted_and_reported() -> None:
    def write(document: WordDocument) -> None:
        paragraph = document.add_paragraph("体位変換を")
        paragraph._p.append(tracked("w:ins", "2時間ごとに"))
        paragraph._p.append(tracked("w:del", "4時間ごとに"))
        paragraph._p.append(tracked("w:moveFrom", "必ず"))
        paragraph.add_run("行う。")

    parsed = read(write)
    assert parsed.text.strip() == "体位変換を2時間ごとに行う。"
    assert [notice.code for notice in parsed.notices] == ["tracked_changes"]


def test_merged_cells_and_tables_in_cells_keep_their_words() -> None:
    def write(document: WordDocument) -> None:
        table = document.add_table(rows=3, cols=3)
        for number, row in enumerate(table.rows):
            for place, cell in enumerate(row.cells):
                cell.text = f"{number}{place}"
        table.cell(0, 1).merge(table.cell(0, 2))
        table.cell(1, 0).merge(table.cell(2, 0)).text = "用量"
        inner = table.cell(2, 2).add_table(1, 2)
        inner.rows[0].cells[0].text = "小児"
        inner.rows[0].cells[1].text = "5 mg"

    rows = read(write).text.strip().split("\n")
    assert [row.split("\t") for row in rows] == [
        ["00", "01 02"],
        ["用量", "11", "12"],
        ["用量", "21", "22 小児 5 mg"],
    ]


def test_content_controls_and_lists_are_read() -> None:
    def write(document: WordDocument) -> None:
        control = parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>血圧を測る。</w:t></w:r></w:p>"
            "</w:sdtContent></w:sdt>"
        )
        document.element.body.insert(0, control)
        document.add_paragraph("減塩する。", style="List Bullet")

    assert read(write).text.split("\n\n")[:2] == ["血圧を測る。", "・減塩する。"]


NUMBERING = """
<w:abstractNum %s w:abstractNumId="90">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="japaneseCounting"/><w:lvlText w:val="第%%1章"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="CQ%%1-%%2"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimalEnclosedCircle"/><w:lvlText w:val="%%3"/>
<w:suff w:val="nothing"/></w:lvl></w:abstractNum>
"""


def test_numbers_that_word_counts_stand_before_their_paragraphs() -> None:
    def write(document: WordDocument) -> None:
        root = document.part.numbering_part.element
        root.insert(0, parse_xml(NUMBERING % nsdecls("w")))
        root.append(
            parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>')
        )
        for depth, text in (
            (0, "総論"),
            (1, "測るか"),
            (0, "各論"),
            (1, "減塩するか"),
            (1, "薬か"),
        ):
            numbered(document.add_paragraph(text), depth)
        for text in ("妊婦", "小児"):
            numbered(document.add_paragraph(text), 2)

    def numbered(paragraph: Paragraph, depth: int) -> None:
        properties = parse_xml(
            f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="90"/></w:numPr>'
        )
        paragraph._p.get_or_add_pPr().append(properties)

    assert read(write).text.strip().split("\n\n") == [
        "第一章 総論",
        "CQ一-1 測るか",
        "第二章 各論",
        "CQ二-1 減塩するか",
        "CQ二-2 薬か",
        "①妊婦",
        "②小児",
    ]


def test_a_text_box_is_read_once() -> None:
    box = (
        '<w:txbxContent xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:p><w:r><w:t>禁忌：妊婦</w:t></w:r></w:p></w:txbxContent>"
    )
    drawing = parse_xml(
        '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
    )

    def in_text(document: WordDocument) -> None:
        document.add_paragraph("投与する。")._p.append(drawing)

    def in_cell(document: WordDocument) -> None:
        document.add_table(rows=1, cols=1).cell(0, 0).paragraphs[0]._p.append(drawing)

    assert read(in_text).text.split() == ["投与する。", "禁忌：妊婦"]
    assert read(in_cell).text.split() == ["禁忌：妊婦"]


def test_a_note_is_pointed_to_where_it_stands_and_read_at_the_end() -> None:
    def write(document: WordDocument) -> None:
        run = document.add_paragraph("5 mgを投与する").add_run()
        reference = OxmlElement("w:footnoteReference")
        reference.set(qn("w:id"), "1")
        run._r.append(reference)
        notes = (
            f'<w:footnotes {nsdecls("w")}><w:footnote w:id="0"><w:p/></w:footnote>'
            '<w:footnote w:id="1"><w:p><w:r><w:t>小児では2.5 mg</w:t></w:r></w:p></w:footnote>'
            "</w:footnotes>"
        )
        part = Part(
            PackURI("/word/footnotes.xml"), CT.WML_FOOTNOTES, notes.encode(), document.part.package
        )
        document.part.relate_to(part, RT.FOOTNOTES)

    assert read(write).text.split("\n\n")[:2] == [
        "5 mgを投与する（注1）",
        "注1　小児では2.5 mg",
    ]
