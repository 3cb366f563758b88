"""A table set for a terminal's width: figures and states are whole, and what finds no room is named."""

import re
import textwrap
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_NARROWEST: Final = 4
"""Columns to which a cell of words is cut at most."""
_GAP: Final = 2


@dataclass(frozen=True)
class Setting:
    """The lines of a table; of the first `heads` lines are the header, of `left_out` columns nothing is shown."""

    lines: list[str]
    heads: int
    left_out: list[str]


def set_table(
    rows: Sequence[Sequence[str]],
    header: Sequence[str],
    limit: int,
    spare: int = 0,
    whole: Collection[int] = (),
) -> Setting:
    """The table in `limit` columns.

    Where it is too wide its headers are set in several lines, then up to `spare` columns are left out from the
    end, then words are cut, but never in the first column, in one of `whole`, or in one without small letters:
    figures, days, references. Where that is not enough, each row becomes a paragraph with a line for each column.
    """
    if not any(header):
        return Setting(["", *_pairs(rows, limit)], 1, [])
    heads = [[name] for name in header]
    widths = _widths(rows, heads)
    if _total(widths) > limit:
        heads = [name.split(" ") for name in header]
        widths = _widths(rows, heads)
        heads = [_head(name, width) for name, width in zip(header, widths, strict=True)]
    shown = len(header)
    while shown > len(header) - spare and _total(widths[:shown]) > limit:
        shown -= 1
    widths = widths[:shown]
    least = [
        min(width, _NARROWEST) if place and place not in whole and _is_words(rows, place) else width
        for place, width in enumerate(widths)
    ]
    while _total(widths) > limit and widths != least:
        place = max((p for p in range(shown) if widths[p] > least[p]), key=lambda p: widths[p])
        widths[place] -= 1
    if _total(widths) > limit and rows:
        return Setting(list(_paragraphs(rows, header)), 0, [])
    height = max(len(head) for head in heads[:shown])
    top = [[head[line] if line < len(head) else "" for head in heads] for line in range(height)]
    lines = [
        "  ".join(_cut(c, w).ljust(w) for c, w in zip(line, widths, strict=False)) for line in (*top, *rows)
    ]
    return Setting([line.rstrip() for line in lines], height, [name for name in header[shown:] if name])


def _widths(rows: Sequence[Sequence[str]], heads: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, (*head, *(row[place] for row in rows)))) for place, head in enumerate(heads)]


def _head(name: str, width: int) -> list[str]:
    return textwrap.wrap(name, max(width, 1), break_on_hyphens=False) or [""]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _is_words(rows: Sequence[Sequence[str]], place: int) -> bool:
    return not rows or any(
        re.search(r"[^\W\d_]", row[place]) and row[place].upper() != row[place] for row in rows
    )


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _pairs(rows: Sequence[Sequence[str]], limit: int) -> Iterable[str]:
    """Columns without names: what does not fit of the last goes on below."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)] if rows else []
    indent = sum(width + _GAP for width in widths)
    for *first, last in rows:
        start = "".join(cell.ljust(width + _GAP) for cell, width in zip(first, widths, strict=True))
        room = max(limit - indent, 20)
        for number, line in enumerate(textwrap.wrap(last, room, break_long_words=False) or [""]):
            yield f"{start if number == 0 else ' ' * indent}{line}".rstrip()


def _paragraphs(rows: Sequence[Sequence[str]], header: Sequence[str]) -> Iterable[str]:
    width = max(map(len, header)) + _GAP
    for number, row in enumerate(rows):
        if number:
            yield ""
        for name, cell in zip(header, row, strict=True):
            if cell:
                yield f"{name.ljust(width)}{cell}"
