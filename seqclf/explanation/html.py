"""Coloured words as HTML. Texts, labels and names are escaped: nothing of them becomes a tag, an attribute or a style.

The colours are classes, so that a page needs no inline styles: ``STYLE`` defines them. Words towards the label are
green. Words against it are red with a dotted line below, for people who see no difference, and for black ink.
"""

from __future__ import annotations

import math
from html import escape

from seqclf.explanation.attribution import Attribution, ScoredWord
from seqclf.explanation.segments import Segment, segments, visible
from seqclf.explanation.sentences import score_of

_STRENGTHS = 5
_MOST_SHOWN = 400  # characters of a part: a word, or what the model does not read

_ALPHAS = (0.12, 0.24, 0.38, 0.54, 0.72)
STYLE = "\n".join(
    [
        ".words{white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate;line-height:1.7;"
        "print-color-adjust:exact;-webkit-print-color-adjust:exact}",
        ".words i{font-style:normal;border-radius:.2em;padding:.05em .1em}",
        *(f".words .for{number}{{background:rgba(26,152,80,{a})}}" for number, a in enumerate(_ALPHAS, 1)),
        *(
            f".words .against{number}{{background:rgba(215,48,39,{a});text-decoration:underline dotted}}"
            for number, a in enumerate(_ALPHAS, 1)
        ),
        ".words .unread{opacity:.5;text-decoration:line-through}",
        ".words .column{font-weight:600;margin-right:.5em}",
    ]
)
"""The rules of ``words_html`` for the ``<style>`` of a page; they suit light and dark pages."""


def words_html(attribution: Attribution) -> str:
    """The text with its words coloured, as one ``<div>`` (for each text column one) without line breaks of its own.

    What the model does not read is crossed out. Long words, and long parts that it does not read, are cut short.
    """
    found = []
    for column in range(len(attribution.fields)):
        name = f'<span class="column">{escaped(attribution.columns[column])}</span>' if attribution.columns else ""
        parts = "".join(map(_part, segments(attribution, column)))
        found.append(f'<div class="words" dir="auto">{name}{parts}</div>')
    return "".join(found)


def escaped(text: str) -> str:
    """A text of users for HTML, inside elements and in quoted attributes."""
    return escape(visible(text, joiners=True), quote=True)


def _part(segment: Segment) -> str:
    text = escaped(_shortened(segment.text))
    if not segment.is_read:
        return f'<i class="unread" title="not read by the model">{text}</i>'
    if segment.word is None or not segment.strength:
        return text
    side = "for" if segment.strength > 0 else "against"
    number = max(1, math.ceil(abs(segment.strength) * _STRENGTHS - 1e-9))
    return f'<i class="{side}{number}" title="{_title(segment.word)}">{text}</i>'


def _title(word: ScoredWord) -> str:
    shared = "" if word.together == 1 else f", an equal share of {word.together} words"
    return f"{score_of(word)}{shared}"


def _shortened(text: str) -> str:
    if len(text) <= _MOST_SHOWN:
        return text
    half = _MOST_SHOWN // 2
    return f"{text[:half]} [… {len(text) - 2 * half:,} characters …] {text[-half:]}"
