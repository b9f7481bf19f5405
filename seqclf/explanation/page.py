"""Explanations as one HTML file that needs no other: it opens from disk, in light and dark, and prints.

Its policy (CSP) allows no script and no address; the only style is the one whose hash it names.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence

from seqclf.explanation.attribution import Attribution
from seqclf.explanation.explained import Explained
from seqclf.explanation.html import STYLE, escaped, words_html
from seqclf.explanation.sentences import METHODS, notes, one_line, score_of, sum_of, title
from seqclf.inference.prediction import Prediction

_STRONGEST = 10
_STYLE = f"""
:root{{color-scheme:light dark}}
body{{font:1rem/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}}
section{{border-top:1px solid #8886;padding:1rem 0;break-inside:avoid}}
h2{{font-size:1.1rem;margin:.2rem 0 .8rem}}
p{{margin:.6rem 0}}
.quiet{{opacity:.75;font-size:.9rem}}
table{{border-collapse:collapse;font-size:.9rem}}
th{{text-align:left;font-weight:600}}
th,td{{padding:.1rem 1.2rem .1rem 0;vertical-align:top;overflow-wrap:anywhere}}
td.number{{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}}
{STYLE}
"""


def page(name: str, explained: Iterable[Explained]) -> Iterator[str]:
    """The document in parts: of one text after another, so that no more than one is in memory.

    Args:
        name: of the model.
        explained: at least one, with one explanation or more; all by the same method.
    """
    texts = iter(explained)
    first = next(texts)
    yield _head(name, first.attributions[0].method)
    for one in itertools.chain([first], texts):
        for attribution in one.attributions:
            yield f"{_section(one.prediction, attribution, one.where)}\n"
    yield "</body>\n</html>\n"


def _head(name: str, method: str) -> str:
    heading = f"Explanations of {escaped(one_line(name))}"
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    legend = (
        '<span class="words"><i class="for4">Green</i> words speak for the label, <i class="against4">red</i> ones '
        'against it; <i class="unread">crossed out</i> ones are not read.</span>'
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="referrer" content="no-referrer">\n<title>{heading}</title>\n<style>{_STYLE}</style>\n</head>\n'
        f'<body>\n<h1>{heading}</h1>\n<p>{legend}</p>\n<p class="quiet">{METHODS[method]} Log-odds are natural '
        "logarithms of p / (1 - p).</p>\n"
    )


def _section(prediction: Prediction, attribution: Attribution, where: str | None) -> str:
    place = "" if where is None else f'<p class="quiet">{escaped(one_line(where))}</p>\n'
    head = escaped(title(attribution, prediction))
    said = "".join(f'<p class="quiet">{escaped(note)}</p>' for note in (sum_of(attribution), *notes(attribution)))
    return f"<section>\n{place}<h2>{head}</h2>\n{words_html(attribution)}\n{_table(attribution)}\n{said}\n</section>"


def _table(attribution: Attribution) -> str:
    """The strongest words for the label and against it."""
    towards, against = (_strongest(attribution, towards=side) for side in (True, False))
    if not towards and not against:
        return ""
    rows = [
        f"<tr>{_cells(towards, place)}{_cells(against, place)}</tr>" for place in range(max(len(towards), len(against)))
    ]
    head = '<tr><th colspan="2">for it</th><th colspan="2">against it</th></tr>'
    return f"<details open><summary>Strongest words</summary><table>{head}{''.join(rows)}</table></details>"


def _strongest(attribution: Attribution, *, towards: bool) -> list[tuple[str, str]]:
    words = attribution.strongest(_STRONGEST, towards=towards)
    return [(_shortened(one_line(attribution.text_of(word))), score_of(word)) for word in words]


def _cells(words: Sequence[tuple[str, str]], place: int) -> str:
    word, score = words[place] if place < len(words) else ("", "")
    return f'<td><bdi>{escaped(word)}</bdi></td><td class="number">{score}</td>'


def _shortened(word: str, most: int = 60) -> str:
    return word if len(word) <= most else f"{word[: most - 1]}…"
