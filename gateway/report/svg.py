"""A few SVG elements as text (SVG 1.1). Everything a site file may hold is escaped; nothing is loaded from outside."""

import unicodedata
from collections.abc import Iterable
from html import escape

FONT = "'Hiragino Sans','Yu Gothic UI','Noto Sans CJK JP','Noto Sans JP',Meiryo,system-ui,sans-serif"
_LATIN_EM = 0.56
"""The mean width of a Latin letter or digit in the sans-serif fonts above; measured, and only used to shorten texts and to size what stands behind them."""


def document(width: int, height: int, title: str, parts: Iterable[str]) -> str:
    """A whole picture, `width` × `height` px, on white; a newline at the end."""
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{FONT}">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def text(
    x: int, y: int, words: str, *, size: float = 12, fill: str = "#1f2933", bold: bool = False, anchor: str = "start"
) -> str:
    """Words whose baseline is at `y`. `anchor` says which part of them is at `x`: start, middle or end."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" fill="{fill}" text-anchor="{anchor}"{weight}>'
        f"{escape(words, quote=False)}</text>"
    )


def label(x: int, y: int, words: str, *, size: float = 12, fill: str = "#1f2933", bold: bool = False) -> str:
    """Words in the middle of something, on a white plate that hides the lines behind them."""
    width, height = round(text_width(words, size)) + 10, round(size * 1.3)
    plate = f'<rect x="{x - width // 2}" y="{y - round(size)}" width="{width}" height="{height}" fill="#ffffff"/>'
    return plate + text(x, y, words, size=size, fill=fill, bold=bold, anchor="middle")


def box(x: int, y: int, width: int, height: int, *, fill: str, stroke: str, radius: int = 8) -> str:
    """A rounded rectangle."""
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}" '
        f'fill="{fill}" stroke="{stroke}" stroke-width="1.5"/>'
    )


def line(x1: int, y1: int, x2: int, y2: int, *, stroke: str, width: float = 1.5, dash: str = "") -> str:
    """A straight line; `dash` as SVG writes it, such as "6 4"."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{stroke}" stroke-width="{width}"{dashed}/>'


def arrow(x1: int, x2: int, y: int, *, stroke: str, dash: str = "") -> str:
    """A horizontal arrow from `x1` to `x2`."""
    back = -9 if x2 > x1 else 9
    head = f'<path d="M {x2} {y} L {x2 + back} {y - 5} L {x2 + back} {y + 5} Z" fill="{stroke}"/>'
    dot = f'<circle cx="{x1}" cy="{y}" r="3.5" fill="{stroke}"/>'
    return line(x1, y, x2 + back, y, stroke=stroke, width=2, dash=dash) + head + dot


def group(title: str, parts: Iterable[str]) -> str:
    """Elements that belong together, with what a browser shows when the pointer rests on them."""
    return f"<g><title>{escape(title)}</title>{''.join(parts)}</g>"


def text_width(words: str, size: float) -> float:
    """About how wide `words` come out, in px."""
    return sum(size if unicodedata.east_asian_width(char) in "WF" else size * _LATIN_EM for char in words)


def shortened(words: str, size: float, room: int) -> str:
    """`words` as far as they fit into `room` px, with an ellipsis if anything is left out."""
    if text_width(words, size) <= room:
        return words
    kept = words
    while kept and text_width(f"{kept}…", size) > room:
        kept = kept[:-1]
    return f"{kept}…"
