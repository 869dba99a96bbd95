"""Workbooks for tests, written by hand: cells are texts, numbers, flags, days and failed formulas (texts that begin with #)."""

import zipfile
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from premortem.law.ledger.headers import letters

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts><font/></fonts><fills><fill/></fills><borders><border/></borders>'
    '<cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
)
Rows = list[list[Any]]


def xlsx(path: Path, merged: tuple[str, ...] = (), more: dict[str, bytes] | None = None, **sheets: Rows) -> Path:
    """A workbook of some sheets by name; `merged` cells (`A1:B2`) are of the first, and `more` are parts as they stand."""
    names = [*sheets]
    relations = "".join(f'<Relationship Id="r{i}" Type="{RELATION}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in range(1, len(names) + 1))  # fmt: skip
    listed = "".join(f'<sheet name="{name}" sheetId="{i}" r:id="r{i}"/>' for i, name in enumerate(names, 1))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{relations}<Relationship Id="s" Type="{RELATION}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": STYLES,
    }
    for i, rows in enumerate(sheets.values(), 1):
        cells = "".join(f'<mergeCell ref="{place}"/>' for place in merged if i == 1)
        ends = f"<mergeCells>{cells}</mergeCells>" if cells else ""
        body = "".join(f'<row r="{r}">{"".join(_cell(v, r, c) for c, v in enumerate(row))}</row>' for r, row in enumerate(rows, 1))  # fmt: skip
        parts[f"xl/worksheets/sheet{i}.xml"] = (
            f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData>{ends}</worksheet>'
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as held:
        for name, text in (parts | (more or {})).items():
            held.writestr(name, text)
    return path


def _cell(value: Any, row: int, column: int) -> str:
    place = f'r="{letters(column)}{row}"'
    if value is None:
        return ""
    if isinstance(value, date):
        return f'<c {place} s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, bool):
        return f'<c {place} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f"<c {place}><v>{value}</v></c>"
    if value.startswith("#"):
        return f'<c {place} t="e"><f>A1</f><v>{value}</v></c>'
    return f'<c {place} t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def ods(path: Path, rows: Rows) -> Path:
    """The same rows of texts as an OpenDocument sheet."""
    cells = "".join(f"<table:table-row>{''.join(_open_cell(v) for v in row)}</table:table-row>" for row in rows)
    spaces = " ".join(
        f'xmlns:{kind}="urn:oasis:names:tc:opendocument:xmlns:{kind}:1.0"' for kind in ("office", "table", "text")
    )
    body = f'<office:spreadsheet><table:table table:name="S">{cells}</table:table></office:spreadsheet>'
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": "<manifest/>",
        "content.xml": f"<office:document-content {spaces}><office:body>{body}</office:body></office:document-content>",
    }
    with zipfile.ZipFile(path, "w") as held:
        for name, text in parts.items():
            held.writestr(name, text)
    return path


def _open_cell(value: Any) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'


# A month of a desk: titles above, its own headings, days in five forms, a blank row, a total and a note below.
HEADINGS = [
    "Shipment No",
    "Ship Date",
    "Qty",
    "Ship-To Country",
    "Ultimate Consignee",
    "Part No",
    "Description",
    "ECCN",
    "Unit Price",
]
SHIPPED = [
    ("NVIDIA H100 80GB HBM3", "Republic of Korea", 10, "Samsung SDS Co., Ltd."), ("NVIDIA H20", "PRC", 8, "Alibaba Cloud"),
    ("H200 SXM", "U.A.E", 16, "G42"), ("NVIDIA L40S", "Saudi", 4, "KACST"), ("A100-SXM4-80GB", "Holland", 2, "SURF BV"),
    ("NVIDIA GeForce RTX 4090", "Hong Kong SAR", "1,000", "Retail HK Ltd"),
    ("H100 SXM", "Iran (Islamic Republic of)", 1, "Tehran Supply"), ("B200", "India", 100, "Yotta Data Services Pvt Ltd"),
    ("B200", "India", 100, "YOTTA Data Services"), ("H100", "UK", 3, "Nscale"), ("NVIDIA H100 PCIe", "Burma", "1 pcs", "X Co"),
    ("MI300X", "Deutschland", 4, "Aleph GmbH"), ("L4", "SG - Singapore", 24, "DBS"), ("H100 NVL", "Viet Nam", 4, "FPT"),
    ("RTX 6000 Ada", "Türkiye", 7, "Koc"), ("Gaudi 3", "Polska", 8, "Allegro"), ("H20", "Taiwan", 2, "Foxconn"),
    ("A800", "China", 1, "Baidu"), ("L40", "Côte d'Ivoire", 5, "Orange CI"), ("H100 SXM", "Korea", 6, "NHN Corp"),
]  # fmt: skip
DAYS = ["03/15/2025", "15-Mar-2025", "03/04/2025", "20250322", "2025-03-21T10:00", date(2025, 3, 24)]


def desk_rows() -> Rows:
    """Twenty rows of a desk under its titles."""
    rows: Rows = [["Acme Export Desk: shipments of March"], [], ["Prepared by J. Smith"], [*HEADINGS]]
    for i, (item, place, units, firm) in enumerate(SHIPPED):
        rows.append([f"S-{i + 1:03}", DAYS[i % len(DAYS)], units, place, firm, f"PN-{i:05}", item, "3A090.a", 1000.5])
        rows += [[]] if i == 9 else []
    return [*rows, ["Total", None, 2222, None, None, None, None, None, 99999], ["Confidential"]]
