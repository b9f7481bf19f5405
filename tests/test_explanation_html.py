"""Explained texts as parts and as HTML, with texts that want to be more than text."""

from __future__ import annotations

import html.parser
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linear_classifiers import linear_classifier
from tricky_texts import anything, tricky

from seqclf.explanation.attribution import Attribution
from seqclf.explanation.html import STYLE, words_html
from seqclf.explanation.occlusion import occlusion
from seqclf.explanation.segments import segments, visible

HOSTILE = [
    "<script>alert(1)</script> good",
    '"><img src=x onerror=alert(1)> bad',
    "good </div></body> & &amp; 'bad'",
    "\x00\x1b[31mgood\x1b]0;x\x07 \x7f\x9b bad",
    "\u202egood\u202c \u2066bad",
    "שלום good עולם bad",
    "\ud800good \udfff",
    "👨‍👩‍👧 good 👍🏽",
    "good " * 3_000,
    "g" * 100_000,
]
texts = st.lists(st.one_of(tricky, anything, st.sampled_from([" good ", " bad ", "<b>", "&"])), max_size=12)


def explained(text: str, **options: Any) -> Attribution:
    classifier = linear_classifier({"good": 2.0, "bad": -1.0, "dull": -0.05}, max_tokens=50)
    ((found,),) = occlusion(classifier, [text], ["good"], **options)
    return found


class Read(html.parser.HTMLParser):
    """The elements, and the text that a browser shows."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_hostile_texts_are_text(text: str) -> None:
    found = Read(words_html(explained(text)))
    assert {tag for tag, _ in found.found} <= {"div", "i"}
    assert all(set(attributes) <= {"class", "title", "dir"} for _, attributes in found.found)
    assert len(found.text) < 2_000
    found.text.encode("utf-8")
    if len(text) < 100:
        assert found.text == visible(text, joiners=True)


@given(parts=texts)
def test_parts_are_the_text(parts: list[str]) -> None:
    text = "".join(parts)
    found = explained(text)
    assert "".join(one.text for one in segments(found)) == text
    if all(len(one.text) <= 400 for one in segments(found)):  # longer parts are cut
        assert Read(words_html(found)).text == visible(text, joiners=True)
    for one, following in itertools.pairwise(segments(found)):
        assert one.is_read or following.is_read
    assert all(abs(one.strength) <= 1 for one in segments(found))


def test_colours_follow_the_scores() -> None:
    found = words_html(explained("good, bad and dull"))
    assert '<i class="for5" title="+2.00">good</i>, <i class="against3" title="-1.00">bad</i> and dull' in found
    for name in (f"{side}{number}" for side in ("for", "against") for number in range(1, 6)):
        assert f".words .{name}{{" in STYLE
    assert 'class="for' not in words_html(explained("nothing known"))


def test_unread_words_are_crossed_out() -> None:
    text = " ".join(["good"] * 50 + ["more"] * 2_000)
    found = words_html(explained(text))
    assert found.count('class="for5"') == 50 and found.count('class="unread"') == 1
    assert "characters …]" in found and len(found) < 6_000
    assert explained("good").largest == 2


def test_shares_of_groups_say_so() -> None:
    found = words_html(explained("good bad x y", most_calls=2))
    assert "an equal share of" in found


def test_columns_have_names() -> None:
    classifier = linear_classifier({"good": 2.0}, columns=["<title>", "body"])
    ((found,),) = occlusion(classifier, [{"<title>": "good", "body": "good film"}])
    shown = words_html(found)
    assert shown.count('<div class="words" dir="auto">') == 2
    assert '<span class="column">&lt;title&gt;</span>' in shown


@given(text=st.text(st.one_of(tricky.filter(lambda one: len(one) == 1), anything)))
def test_visible_texts_control_nothing(text: str) -> None:
    shown = visible(text)
    assert all(one.isprintable() or one == "\n" for one in shown)
    assert visible(shown) == shown
