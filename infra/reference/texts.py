"""Reads the files of a folder as text: UTF-8 with or without a byte order mark, and a clear word on anything else."""

import codecs
import csv
import io
import re
import tomllib
from decimal import Decimal
from pathlib import Path

from infra.reference.problems import Problem

MOST_BYTES = 5_000_000
_AT_LINE = re.compile(r"line (\d+)")


class Unreadable(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read_text(folder: Path, name: str) -> str:
    """The text of a file; Unreadable when it is missing, too big or not UTF-8."""
    try:
        with (folder / name).open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise _unreadable(name, "缺少此文件", "the file is missing") from None
    except OSError as fault:
        raise _unreadable(name, "文件无法读取", f"the file cannot be read: {type(fault).__name__}") from None
    if len(raw) > MOST_BYTES:
        raise _unreadable(name, "文件超过 5 MB", "the file is larger than 5 MB")
    return decode(name, raw)


def decode(name: str, raw: bytes) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _unreadable(
            name, "文件是 UTF-16（Unicode 文本）编码，请另存为 UTF-8", "the file is UTF-16; save it as UTF-8"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        raise _unreadable(name, "此行不是 UTF-8 文本", "this line is not UTF-8 text", line=line) from None
    raise _unreadable(
        name,
        "文件像是 GB18030（GBK）编码；请在 Excel 中另存为「CSV UTF-8」",
        "the file looks like GB18030 (GBK); save it as UTF-8, in Excel as “CSV UTF-8”",
        line=line,
    )


def parse_toml(name: str, text: str) -> dict[str, object]:
    """Numbers with a point become Decimal. Unreadable names the line of a syntax error."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as fault:
        at = _AT_LINE.search(str(fault))
        line = int(at[1]) if at else text.count("\n") + 1
        raise _unreadable(name, "TOML 语法错误", "not valid TOML", line=line) from None


def parse_csv(name: str, text: str, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Each row with the line it ends on; empty rows are passed over. The heading must be exactly ``columns``."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    heading: tuple[str, ...] | None = None
    try:
        for cells in reader:
            values = tuple(cell.strip() for cell in cells)
            if not any(values):
                continue
            if heading is None:
                heading = _heading(name, values, columns)
            elif len(values) != len(columns):
                raise _unreadable(
                    name,
                    f"应有 {len(columns)} 列，实有 {len(values)} 列",
                    f"{len(columns)} columns are expected, {len(values)} found",
                    line=reader.line_num,
                )
            else:
                rows.append((reader.line_num, dict(zip(columns, values, strict=True))))
    except csv.Error:
        raise _unreadable(name, "CSV 引号不成对", "a quotation mark is not closed", line=reader.line_num) from None
    if heading is None:
        raise _unreadable(name, "缺少表头", f"the heading is missing: {','.join(columns)}", line=1)
    return rows


def _heading(name: str, values: tuple[str, ...], columns: tuple[str, ...]) -> tuple[str, ...]:
    if values != columns:
        expected = ",".join(columns)
        raise _unreadable(name, f"表头须为 {expected}", f"the heading must be {expected}", line=1)
    return values


def _unreadable(name: str, chinese: str, english: str, *, line: int = 0) -> Unreadable:
    return Unreadable(Problem(file=name, line=line, field="", chinese=chinese, english=english))
