"""``benchmarks/abc_bars.py``: bars of tunes in ABC notation, and whether they add up to their metre."""

from __future__ import annotations

import importlib.util
import io
import json
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st


def _module() -> ModuleType:
    path = Path(__file__).parents[1] / "benchmarks" / "abc_bars.py"
    spec = importlib.util.spec_from_file_location("abc_bars", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


abc_bars = _module()
JIG = "T: A jig\nM:6/8\nL:1/8\nK:G\n"
GOOD = f"{JIG}d|ABc def|A3 B3|ABc def|a3 g3|G3 G2:|\n"


def _eighths(tune: str) -> list[list[Fraction]]:
    parts, problems = abc_bars.read(tune)
    assert problems == []
    return [[bar.length * 8 for bar in part] for part in parts]


def _verdict(music: str, header: str = JIG) -> Any:
    return abc_bars.check(header + music)


@pytest.mark.parametrize(
    ("bar", "eighths"),
    [
        ("A", 1),
        ("ABc def", 6),
        ("A2 B3 z4 x", 10),
        ("A/ B/2 c// d/4 e3/2", Fraction(3)),
        ("A>B c<d", 4),
        ("A>>B", 2),
        ("A2>{gf}B2", 4),
        ("A> B", 2),
        ("(A>)(B)", 2),
        ("(3ABc", 2),
        ("(3A/B/c/ d", 2),
        ("(3A>Bc d", 3),
        ("((3ABc) d", 3),
        ("(3(ABc) d", 3),
        ("(3.A.B.c", 2),
        ('(3"G"A~B{c}c', 2),
        ("(2AB (4ABcd (6ABcdef (8ABcdefga", 3 + 3 + 2 + 3),
        ("(5ABcde (7ABcdefg (9ABcdefgab", 9),
        ("(3:2:2AB c", Fraction(7, 3)),
        ("(3:4A B c", 4),
        ("(3::4 A B c d", Fraction(8, 3)),
        ("[CEG] [CE]3 [C2E2] [C2E2]3/2", 1 + 3 + 2 + 3),
        ("(3[CE]BA", 2),
        ("[^C,_e']2", 2),
        ("[(CE)-]2 CE", 4),
        ('"Gm7|"A "^|:"B', 2),
        ("{gfe}A {^g/2}B", 2),
        ("~A .B uA vB HA TB kA", 7),
        ("!trill!A !D.C.! +fermata+B", 2),
        ("A2-A (AB) A,,c''", 7),
        ("^A ^^B _c __d =e", 5),
        ("A y B y2 A`B", 4),
        ("A % B c d", 1),
        ("A\\\nB", 2),
        ("[L:1/4]A [L:1/16]A2", 3),
    ],
)
def test_the_length_of_a_bar(bar: str, eighths: int) -> None:
    assert _eighths(f"{JIG}{bar}|") == [[eighths]]


def test_tuplets_of_a_simple_metre_take_the_time_of_two() -> None:
    assert _eighths("M:4/4\nL:1/8\nK:G\n(5ABcde (7ABcdefg|") == [[4]]


@pytest.mark.parametrize(
    ("header", "eighths"),
    [
        ("M:2/4\n", Fraction(1, 2)),  # the usual length of a note: a sixteenth below 3/4
        ("M:6/8\n", 1),
        ("M:C\n", 1),
        ("M:2/4\nL:1/4\n", 2),
        ("M:4/4 % common\nL: 1 / 8\n", 1),
    ],
)
def test_the_length_of_a_note(header: str, eighths: int) -> None:
    assert _eighths(f"{header}K:G\nA|") == [[eighths]]


@pytest.mark.parametrize(
    ("value", "length"),
    [("6/8", "3/4"), (" C", "1"), ("C|", "1"), ("(2+3)/8", "5/8"), ("2+2+3/16", "7/16"), ("2/4 % slow", "1/2")],
)
def test_metres(value: str, length: str) -> None:
    assert abc_bars.metre_of(value)[0] == Fraction(length)


@pytest.mark.parametrize("value", ["none", "", "6", "0/4", "6/0", "x/8"])
def test_no_metre(value: str) -> None:
    assert abc_bars.metre_of(value) == (None, False)
    assert abc_bars.check(f"M:{value}\nK:G\nA|B|c|d|").problems == ["no metre"]


@pytest.mark.parametrize(
    ("music", "parts"),
    [
        ("A|B|c", [3]),
        ("A|\nB|\\\nc|", [3]),
        ("A| |B", [2]),
        ("|:A|B:|c|d||e|]", [2, 2, 1]),
        ("A|B:|\n|:c:|", [2, 1]),
        ("A::B:||:c", [1, 1, 1]),
        ("A[|]:|\n|:B[|]|]", [1, 1]),
        ("A|B|1 c|d:|2 e|f||", [2, 2, 2]),
        ("A|1c:|2d|3,4 e|", [1, 1, 1, 1]),
        ("A [1 c:|[2 d|]", [1, 1, 1]),
        ("d:|e|", [1, 1]),  # no field named d
        ("A H|B !D.C.!|", [2]),
        ("A|[CE]|B", [3]),
        ("Z2|A", [3]),
        ("A\nP:B\nB|", [1]),
    ],
)
def test_bar_lines(music: str, parts: list[int]) -> None:
    assert [len(part) for part in _eighths(JIG + music)] == parts


def test_the_metre_changes() -> None:
    music = "ABc def|A3 B3|\nM:2/4\nL:1/8\nABcd|A2B2|[M:3/4]ABcdef|[M:3/4][L:1/4]ABc|"
    assert _verdict(music) == ([], [])


@pytest.mark.parametrize(
    "music",
    [
        "ABc def|A3 B3|ABc def|G3 G3|",
        "d|ABc def|A3 B3|ABc def|a3 g3|G3 G2|",
        "d|ABc def|A3 B3|ABc def|G3 G2:|\nd|ABc def|G3 G2:|",
        "d|ABc def|A3 B3|ABc def|G3 G2:|:d3|A3 B3|A3:|",
        "d|ABc def|A3 B3|ABc def|1 G3 G2d:|2 G3 G2||",  # the first ending contains the pick-up
        "ABc def|A3 B3|ABc:|:def|A3 B3|G3 G3|",  # one bar in two halves
        "ABc def|A3 B3|ABc||def|A3 B3|G3 G3|",
    ],
)
def test_tunes_that_add_up(music: str) -> None:
    assert _verdict(music) == ([], [])


@pytest.mark.parametrize(
    ("music", "alone"),
    [
        ("d|ABc def|A3 B3|ABc def|G3 G3|", ["1/8 in 3/4: d"]),
        ("ABc def|A3 B3|ABc def|G3 A3|G3 G2|", ["5/8 in 3/4: G3 G2"]),
        ("d2|ABc def|A3 B3|ABc def|G3 A3|G3 G2|", ["1/4 in 3/4: d2", "5/8 in 3/4: G3 G2"]),
    ],
)
def test_shorter_bars_at_the_ends_of_parts(music: str, alone: list[str]) -> None:
    assert _verdict(music) == ([], alone)


@pytest.mark.parametrize(
    ("music", "problem"),
    [
        ("A3 B2|", "bar of the wrong length: 5/8 in 3/4: A3 B2"),
        ("A3 B4|", "bar of the wrong length: 7/8 in 3/4: A3 B4"),
        ("A3 B3 A3 B3|", "bar of the wrong length: 3/2 in 3/4: A3 B3 A3 B3"),
        ("(3AB|c3 d3|", "an incomplete tuplet: (3AB"),
        ("(3A(3BcdA", "a tuplet inside another"),
        ("A3 B2>|c3 d3|", "a broken rhythm without a second note: A3 B2>"),
        (">A3 B3|", "> without a note before it"),
        ("A3 B2>>>|", "a broken rhythm without a second note: A3 B2>>>"),
        ("A3 B>|>c d3|", "a broken rhythm without a second note: A3 B>"),
        ("A><B c2 d2|", "< without a note before it"),
        ('A3 "B3|', 'unreadable: "B3|'),
        ("A3 {B3|", "unreadable: {B3|"),
        ("A3 [B3|", "unreadable: [B3|"),
        ("A3 []B3|", "unreadable: []B3|"),
        ("A3 B3 5|", "unreadable: 5|"),
        ("A3 B3 =20|", "unreadable: =20|"),
        ("A3 B/0|", "a length of /0"),
        ("A3 B0|", "a length of 0"),
        ("A3 Z|", "Z inside a bar or without a metre"),
        ("[L:fast]A3 B3|", "L:fast"),
    ],
)
def test_wrong_bars(music: str, problem: str) -> None:
    found = _verdict(f"z6|z6|z6|z6|{music}\nz6|z6|").problems
    assert found[0] == problem


def test_too_short_tunes_do_not_pass() -> None:
    assert _verdict("A|A|A|A|").problems[-1] == "too few full bars"
    assert _verdict("").problems == ["too few full bars"]
    assert abc_bars.check("").problems == ["too few full bars"]
    assert abc_bars.check("A3|B3|c3|d3|").problems == ["no metre"]


_PIECES = {1: ["A", "z", "{g}A", "A/B/"], 2: ["A2", "A>B", "A<B", "(3ABc", "[CE]2", "A3/2B/"], 3: ["A3", "ABc", "(2AB"]}


@st.composite
def _bars(draw: st.DrawFn) -> tuple[str, int]:
    """A bar of random pieces, with its number of eighths."""
    lengths = draw(st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=8))
    return " ".join(draw(st.sampled_from(_PIECES[length])) for length in lengths), sum(lengths)


@given(st.lists(_bars(), min_size=1, max_size=8), st.data())
def test_a_bar_passes_only_in_its_own_metre(bars: list[tuple[str, int]], data: st.DataObject) -> None:
    text, eighths = data.draw(st.sampled_from(bars))
    metre = data.draw(st.integers(1, 16))
    verdict = abc_bars.check(f"M:{metre}/8\nL:1/8\nK:G\n" + f"z{metre}|" * 4 + f"{text}|z{metre}|")
    assert bool(verdict.problems) == (eighths != metre)


@given(st.text(st.sampled_from("ABcdz123/|:[]()<>{}\"'^=_, .~-\\!+%ML\n0"), max_size=60))
def test_any_text_is_read(text: str) -> None:
    abc_bars.check(JIG + text)
    abc_bars.check(text)


def test_files_and_standard_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sloppy = GOOD.replace("G3 G2", "G3 G3")
    tunes = [GOOD, sloppy, GOOD.replace("A3 B3", "A3 B4")]
    plain = tmp_path / "tunes.txt"
    plain.write_text("\n \n".join(tunes), encoding="utf-8")
    abc_bars.main([str(plain), "--failures"])
    printed = capsys.readouterr().out
    assert "    bar of the wrong length: 7/8 in 3/4: A3 B4\n" in printed and printed.count("T: A jig") == 1
    assert printed.endswith(
        "2 of 3 tunes have bars that add up to their metre (66.7%)\n"
        "1 (33.3%) also if each shorter bar must add up with another\n"
        "     1  bar of the wrong length\n"
    )
    lines = "".join(json.dumps({"prompt": tune[:9], "text": tune[9:]}) + "\n" for tune in tunes)
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    abc_bars.main(["-"])
    assert capsys.readouterr().out.startswith("2 of 3 tunes")


def test_a_missing_file(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        abc_bars.main(["no_such_tunes.txt"])
    assert ended.value.code == 2
    assert "no_such_tunes.txt: no such file or folder" in capsys.readouterr().err


def test_a_file_without_tunes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("\n\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        abc_bars.main([str(empty)])
    assert ended.value.code == 2
    assert "empty.txt: contains no tunes" in capsys.readouterr().err
