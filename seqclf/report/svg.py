"""A matplotlib figure as SVG inside a page.

The colours of the figure are names of CSS variables, so that it fits a dark page. Nothing in it is styled by ``style``
attributes or elements, which the page's content security policy forbids. The same figure is the same text every time.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup

from seqclf.report.words import visible

WIDTH, HEIGHT = 5.6, 3.3
"""Inches; a page scales it."""

_VARIABLES = {
    "#101010": "currentColor",
    "#909090": "var(--muted)",
    "#d0d0d0": "var(--grid)",
    "#1b6ca8": "var(--s1)",
    "#c8553d": "var(--s2)",
    "#4f7d2d": "var(--s3)",
    "#7a4fa3": "var(--s4)",
    "#a86b00": "var(--s5)",
    "#00807a": "var(--s6)",
    "#b0306a": "var(--s7)",
    "#5c5c5c": "var(--s8)",
    "#2f4fd0": "var(--s9)",
    "#8a5a44": "var(--s10)",
}
INK, MUTED, GRID, *SERIES = _VARIABLES
"""Colours to draw with; those of series are told apart also in a dark page."""

_STYLE: dict[str, Any] = {
    "svg.fonttype": "none", "svg.hashsalt": "seqclf", "text.parse_math": False, "font.size": 9.5,
    "figure.facecolor": "none", "axes.facecolor": "none", "axes.edgecolor": GRID, "axes.labelcolor": INK,
    "text.color": INK, "xtick.color": GRID, "ytick.color": GRID, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
    "xtick.major.size": 0, "ytick.major.size": 0, "xtick.minor.size": 0, "ytick.minor.size": 0, "axes.grid": True,
    "grid.color": GRID, "grid.linewidth": 0.6, "axes.spines.top": False, "axes.spines.right": False,
    "axes.axisbelow": True, "lines.linewidth": 1.8, "axes.formatter.use_mathtext": False,
    "axes.formatter.useoffset": False, "axes.unicode_minus": True,
}  # fmt: skip
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_DROPPED = {"metadata", "style"}
_ATTRIBUTES = (
    "fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray stroke-dashoffset stroke-linejoin "
    "stroke-linecap opacity font-size text-anchor"
).split()


@dataclass(frozen=True)
class Figure:
    """A picture in a page.

    Attributes:
        svg: the element.
        caption: what it shows, beneath it.
        legend: names of the series with the number of their colour, from 1 on; may contain users' words.
    """

    svg: Markup
    caption: str
    legend: tuple[tuple[str, int], ...] = ()


def drawn(name: str, alternative: str, draw: Callable[[Any], None], height: float = HEIGHT) -> Markup:
    """The figure that ``draw`` draws on axes.

    Args:
        name: unique on a page.
        alternative: what the figure says, for those who do not see it.
    """
    import matplotlib
    from matplotlib.figure import Figure as Canvas

    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.ERROR)  # it tells of fonts and caches
    try:
        with matplotlib.rc_context(_STYLE):
            canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
            draw(canvas.add_subplot())
            written = io.BytesIO()
            canvas.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    finally:
        log.setLevel(level)
    return inlined(written.getvalue(), name, alternative)


def inlined(content: bytes, name: str, alternative: str) -> Markup:
    """An SVG file as an element of a page, without names of its own that could clash with those of other figures."""
    root = ElementTree.fromstring(content)
    used = set(_references(root))
    _clean(root, name, used)
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    root.set("role", "img")
    root.set("aria-label", visible(alternative))
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _references(root: ElementTree.Element) -> Iterator[str]:
    for element in root.iter():
        for name, value in element.attrib.items():
            if _local(name) == "href":
                yield value.removeprefix("#")
            yield from _REFERENCE.findall(value)


def _clean(element: ElementTree.Element, name: str, used: set[str]) -> None:
    element.tag = _local(element.tag)
    element.attrib = dict(_attributes(element, name, used))
    element.tail = None
    if element.tag != "text":
        element.text = None
    for child in list(element):
        if _local(child.tag) in _DROPPED:
            element.remove(child)
        else:
            _clean(child, name, used)
            if child.tag in ("g", "defs") and not len(child):
                element.remove(child)


def _attributes(element: ElementTree.Element, name: str, used: set[str]) -> Iterator[tuple[str, str]]:
    for key, value in element.attrib.items():
        key = _local(key)
        if key == "style":
            for part in value.split(";"):
                style, _, setting = part.partition(":")
                if style.strip() in _ATTRIBUTES:
                    yield style.strip(), _VARIABLES.get(setting.strip(), setting.strip())
        elif key == "id":
            if value in used:
                yield "id", f"{name}-{value}"
        elif key == "href":
            yield "href", f"#{name}-{value.removeprefix('#')}"
        elif key == "clip-path":
            yield key, _REFERENCE.sub(rf"url(#{name}-\1)", value)
        else:
            shown = _NUMBER.sub(lambda found: f"{float(found[0]):.1f}", value)
            yield key, _VARIABLES.get(shown, " ".join(shown.split()))


def _local(name: str) -> str:
    return name.rpartition("}")[2]
