"""The curves of the losses on a terminal."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from seqclf.cli.curves import Curves

LOSSES = st.floats(allow_nan=True, allow_infinity=True, width=32)
STEPS = st.lists(st.tuples(st.integers(1, 5), st.floats(0, 1), LOSSES), max_size=30)


@given(STEPS, st.lists(st.tuples(st.integers(1, 5), LOSSES), max_size=5), st.booleans(), st.integers(60, 100))
def test_any_losses_give_lines_that_fit(
    steps: list[tuple[int, float, float]], validations: list[tuple[int, float]], unicode: bool, width: int
) -> None:
    curves = Curves(5, unicode=unicode)
    for epoch, fraction, loss in steps:
        curves.step(epoch, fraction, loss)
    for epoch, loss in validations:
        curves.validated(epoch, loss)
    if curves:
        lines = [line.plain for line in curves.lines(width)]
        assert len(lines) == 7
        assert max(map(len, lines)) <= width
        assert unicode or all(line.isascii() for line in lines)


def test_a_loss_that_falls_is_drawn_from_the_upper_left_to_the_lower_right() -> None:
    curves = Curves(1, unicode=False)
    for step in range(1, 101):
        curves.step(1, step / 101, 1 - step / 100)
    *rows, axis = [line.plain.split("|")[-1] for line in curves.lines(80)]
    assert [row.index(".") for row in rows] == sorted(row.index(".") for row in rows)
    assert rows[0].startswith(".") and rows[-1].rstrip().endswith(".")
    assert "validation" not in axis


def test_a_column_is_the_mean_of_its_steps() -> None:
    curves = Curves(1)
    for loss in (1.0, 3.0, math.nan, math.inf):
        curves.step(1, 0.0, loss)
    assert not curves, "one point"
    curves.step(1, 1.0, 0.0)
    assert [line.plain.split()[0] for line in curves.lines(80)][:6:5] == ["2", "0"]


def test_equal_losses_are_a_line_in_the_middle() -> None:
    curves = Curves(2, unicode=False)
    curves.step(1, 0.5, 2.0)
    curves.validated(1, 2.0)
    rows = [line.plain for line in curves.lines(80)]
    assert rows[0].split()[0] == "3"
    assert [place for place, row in enumerate(rows[:6]) if "o" in row] == [2]
