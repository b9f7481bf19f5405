"""Normal forms and lowercasing in the graph: TensorFlow has no operator for them.

All texts are one flat array of code points, in which the steps of Unicode's algorithm (UAX #15) run for all of them at
once. Most texts skip them: ASCII texts are only lowercased, and so are texts whose characters cannot be out of order or
composed.
"""

from __future__ import annotations

from typing import Literal

import tensorflow as tf

from seqclf.text.graph.selection import places_of, rows_of, selected
from seqclf.text.graph.tables import MISSING, LowerCase, table
from seqclf.text.normal_form import ABOVE, DOT_ABOVE
from seqclf.text.normal_tables import (
    CLASS,
    COUNT_L,
    COUNT_T,
    COUNT_V,
    FIRST_L,
    FIRST_SYLLABLE,
    FIRST_T,
    FIRST_V,
    PAGE,
    SECOND,
    SYLLABLES,
    UNSETTLED,
    Pages,
    normal_tables,
)

_I, _DOT = ord("i"), ord(DOT_ABOVE)
_MOST_COMPOSED = 3
"""A character is composed of at most four: of marks of the same class, which block each other, and of characters that
are no marks, only so many can be composed with one character. This bounds the number of steps for any text."""


class Speller(tf.Module):
    """``seqclf.text.normal_form.speller``: ``tf.string [n]`` of valid UTF-8 -> ``tf.string [n]``."""

    def __init__(self, form: Literal["nfc", "nfkc"], *, lowercase: bool) -> None:
        super().__init__(name="speller")
        tables = normal_tables(form, lowercase=lowercase)
        self._lower = LowerCase() if lowercase else None
        self._properties, self._spellings = _Numbers(tables.properties), _Numbers(tables.spellings)
        self._starts, self._lengths = tf.constant(tables.starts), tf.constant(tables.lengths)
        self._characters = tf.constant(tables.characters)
        self._compositions = table("compositions", tables.pairs, tables.compositions)

    def __call__(self, text: tf.Tensor) -> tf.Tensor:
        if self._lower is not None:
            text = tf.strings.lower(text)  # ASCII letters only
        is_other = tf.strings.length(text) != tf.strings.length(text, unit="UTF8_CHAR")
        others = selected(text, is_other)
        spelt = tf.cond(tf.size(others) > 0, lambda: self._spelt(others), lambda: others)
        places = tf.where(is_other, tf.cumsum(tf.cast(is_other, tf.int32)) - 1 + tf.size(text), tf.range(tf.size(text)))
        return tf.gather(tf.concat([text, spelt], axis=0), places)

    def _spelt(self, text: tf.Tensor) -> tf.Tensor:
        characters = tf.strings.unicode_decode(text, "UTF-8")
        points, rows = characters.values, rows_of(characters)
        properties = self._properties(points)
        classes = properties & CLASS
        unsettled = tf.reduce_any(properties & UNSETTLED > 0) | tf.reduce_any(_out_of_order(classes))
        points, rows = tf.cond(
            unsettled,
            lambda: self._composed(*self._without_dots(*self._decomposed(points, rows))),
            lambda: (points if self._lower is None else self._lower(points), rows),
        )
        points, rows = tf.ensure_shape(points, [None]), tf.ensure_shape(rows, [None])
        spelt = tf.RaggedTensor.from_value_rowids(points, rows, tf.size(text), validate=False)
        return tf.strings.unicode_encode(spelt, "UTF-8")

    def _decomposed(self, points: tf.Tensor, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Decomposed (and lowercased) characters in canonical order, and their rows."""
        spelling = self._spellings(points)
        syllable = points - FIRST_SYLLABLE
        is_syllable = (syllable >= 0) & (syllable < SYLLABLES)
        in_syllable = tf.where(syllable % COUNT_T == 0, 2, 3)
        sizes = tf.where(is_syllable, in_syllable, tf.where(spelling > 0, tf.gather(self._lengths, spelling), 1))
        spread = tf.ragged.range(sizes)
        within, origins = spread.values, rows_of(spread)
        points, rows, spelling, syllable, is_syllable = (
            tf.gather(values, origins) for values in (points, rows, spelling, syllable, is_syllable)
        )
        l_v_t = tf.stack(
            [
                FIRST_L + syllable // (COUNT_V * COUNT_T),
                FIRST_V + syllable // COUNT_T % COUNT_V,
                FIRST_T + syllable % COUNT_T,
            ],
            axis=1,
        )
        jamo = tf.gather(l_v_t, tf.minimum(within, 2), batch_dims=1)
        places = tf.minimum(tf.gather(self._starts, spelling) + within, tf.size(self._characters) - 1)
        spelt = tf.where(spelling > 0, tf.gather(self._characters, places), points)
        return self._in_order(tf.where(is_syllable, jamo, spelt), rows), rows

    def _in_order(self, points: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
        """Marks in the order of their classes; no mark moves past a character that is none, or into another row."""
        classes = self._properties(points) & CLASS
        parts = tf.cast(tf.cumsum(tf.cast((classes == 0) | _begins(rows), tf.int32)), tf.int64)
        places = tf.range(tf.size(points, tf.int64), dtype=tf.int64)
        keys = (parts * (CLASS + 1) + tf.cast(classes, tf.int64)) * tf.size(points, tf.int64) + places
        ordered = tf.cond(
            tf.reduce_any(_out_of_order(classes)), lambda: tf.gather(points, tf.argsort(keys)), lambda: points
        )
        return tf.ensure_shape(ordered, [None])

    def _without_dots(self, points: tf.Tensor, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """If lowercase, without the dots above an i that no other mark is below."""
        if self._lower is None:
            return points, rows
        classes = self._properties(points) & CLASS
        begins = (classes == 0) | _begins(rows)
        first = tf.gather(places_of(begins), tf.cumsum(tf.cast(begins, tf.int32)) - 1)
        others = tf.cumsum(tf.cast((classes >= ABOVE) & (points != _DOT), tf.int32))
        is_alone = others == tf.gather(others, first)  # the i itself is no mark
        kept = ~((points == _DOT) & (tf.gather(points, first) == _I) & is_alone)
        places = places_of(kept)
        return tf.gather(points, places), tf.gather(rows, places)

    def _composed(self, points: tf.Tensor, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Composed characters and their rows.

        A *group* is a character that is never the second of a composition, and the characters after it up to the next
        such character; only its first can be the first of a composition. Each step tries one more character of all
        groups.
        """
        properties = self._properties(points)
        classes, is_second = properties & CLASS, properties & SECOND > 0
        begins_row = _begins(rows)
        begins = begins_row | ((classes == 0) & ~is_second)
        group = tf.cumsum(tf.cast(begins, tf.int32)) - 1
        starts = tf.cast(places_of(begins), tf.int32)
        tried = tf.cast(places_of(self._worth_trying(classes, begins, group)), tf.int32)
        of_group = tf.gather(group, tried)
        groups, _, counts = tf.unique_with_counts(of_group)
        first = tf.cumsum(counts, exclusive=True)
        firsts = tf.gather(points, tf.gather(starts, groups))
        # A mark at the start of a row is composed with nothing.
        live = tf.cast(places_of(tf.gather(classes, tf.gather(starts, groups)) == 0), tf.int32)

        def going(step: tf.Tensor, live: tf.Tensor, *_: tf.Tensor) -> tf.Tensor:
            return tf.size(live) > 0

        def further(
            step: tf.Tensor, live: tf.Tensor, firsts: tf.Tensor, last: tf.Tensor, taken: tf.Tensor
        ) -> tuple[tf.Tensor, ...]:
            place = tf.gather(tried, tf.gather(first, live) + step)
            of_mark, of_last = tf.gather(classes, place), tf.gather(last, live)
            found = self._pair(tf.gather(firsts, live), tf.gather(points, place))
            is_blocked = tf.where(of_mark == 0, of_last > 0, of_last >= of_mark)
            composes = (found != MISSING) & ~is_blocked
            composed = tf.where(composes)
            firsts = tf.tensor_scatter_nd_update(firsts, tf.gather(live, composed), tf.gather_nd(found, composed))
            taken = tf.tensor_scatter_nd_update(taken, tf.gather(place, composed), tf.gather_nd(composes, composed))
            last = tf.tensor_scatter_nd_update(last, tf.expand_dims(live, 1), tf.where(composes, of_last, of_mark))
            # What follows a character that is no mark, and was not composed, composes with nothing.
            goes_on = (composes | (of_mark > 0)) & (step + 1 < tf.gather(counts, live))
            return step + 1, selected(live, goes_on), firsts, last, taken

        shape = tf.TensorShape([None])
        _, _, firsts, _, taken = tf.while_loop(
            going,
            further,
            (0, live, firsts, tf.zeros_like(firsts), tf.zeros_like(begins)),
            shape_invariants=(tf.TensorShape([]), shape, shape, shape, shape),
        )
        points = tf.tensor_scatter_nd_update(points, tf.expand_dims(tf.gather(starts, groups), 1), firsts)
        places = places_of(~taken)
        return tf.gather(points, places), tf.gather(rows, places)

    def _worth_trying(self, classes: tf.Tensor, begins: tf.Tensor, group: tf.Tensor) -> tf.Tensor:
        """The characters that may be composed, or may block others: a limited number in each group."""
        same = ~begins & (classes == tf.concat([[-1], classes[:-1]], axis=0)) & (classes > 0)
        before = _count_within(same)
        bare = tf.cumsum(tf.cast(~begins & (classes == 0), tf.int32))
        at_start = tf.gather(bare, places_of(begins))
        bare -= tf.gather(at_start, group)
        return ~begins & (before <= _MOST_COMPOSED) & (bare <= _MOST_COMPOSED + 1)

    def _pair(self, first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
        """What two characters compose to, else ``MISSING``; ``int32 [n]``."""
        key = tf.bitwise.left_shift(tf.cast(first, tf.int64), tf.constant(21, tf.int64)) + tf.cast(second, tf.int64)
        found = tf.cast(self._compositions.lookup(key), tf.int32)
        lead, vowel, syllable, end = first - FIRST_L, second - FIRST_V, first - FIRST_SYLLABLE, second - FIRST_T
        makes_open = (lead >= 0) & (lead < COUNT_L) & (vowel >= 0) & (vowel < COUNT_V)
        found = tf.where(makes_open, FIRST_SYLLABLE + (lead * COUNT_V + vowel) * COUNT_T, found)
        is_open = (syllable >= 0) & (syllable < SYLLABLES) & (syllable % COUNT_T == 0)
        return tf.where(is_open & (end > 0) & (end < COUNT_T), first + end, found)


class _Numbers(tf.Module):
    """``Pages`` in the graph: ``int32 [n]`` code points -> ``int32 [n]``."""

    def __init__(self, pages: Pages) -> None:
        super().__init__(name="numbers")
        self._of_page, self._numbers = tf.constant(pages.of_page), tf.constant(pages.numbers)

    def __call__(self, points: tf.Tensor) -> tf.Tensor:
        return tf.gather(self._numbers, tf.gather(self._of_page, points // PAGE) * PAGE + points % PAGE)


def _begins(rows: tf.Tensor) -> tf.Tensor:
    """Where a row begins; ``int32 [n]`` -> ``bool [n]``."""
    return rows != tf.concat([[-1], rows[:-1]], axis=0)


def _out_of_order(classes: tf.Tensor) -> tf.Tensor:
    """Where a mark belongs before the previous one; ``int32 [n]`` -> ``bool [n]``."""
    return (classes > 0) & (classes < tf.concat([[0], classes[:-1]], axis=0))


def _count_within(flags: tf.Tensor) -> tf.Tensor:
    """For each position, the number of flags set in a row up to it; ``bool [n]`` -> ``int32 [n]``."""
    places = places_of(~flags)  # the first position is one of them
    total = tf.cumsum(tf.cast(flags, tf.int32))
    return total - tf.gather(total, tf.gather(places, tf.cumsum(tf.cast(~flags, tf.int32)) - 1))
