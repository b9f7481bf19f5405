"""Documents as streams, read in windows: every token is predicted once, from those before it."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqclf.config import checked_config
from seqclf.data.encoded import EncodedTexts
from seqclf.data.windows import Window, Windows

END = 50
_DOCUMENTS = st.lists(st.lists(st.integers(1, END - 1), min_size=1, max_size=40), min_size=1, max_size=12)


def encoded(documents: list[list[int]]) -> EncodedTexts:
    rows = [np.array(document, np.int32) for document in documents]
    return EncodedTexts.collect(rows, np.zeros(len(rows), np.int32), END)


def read(windows: Windows, plan: list[Window]) -> tuple[list[list[int]], list[list[int]]]:
    """The tokens and the counted targets of each stream, without padding."""
    tokens: list[list[int]] = [[] for _ in range(windows.streams)]
    targets: list[list[int]] = [[] for _ in range(windows.streams)]
    for token_ids, wanted, *_ in windows.stream(plan):
        for row in range(windows.streams):
            tokens[row] += token_ids[row][token_ids[row] > 0].tolist()
            targets[row] += wanted[row][wanted[row] > 0].tolist()
    return tokens, targets


def sequence(documents: list[list[int]], plan: list[Window], *, backward: bool) -> list[int]:
    """All tokens in reading order, with the ends of texts."""
    order = [documents[index][:: -1 if backward else 1] for index in plan[0].order.documents]
    return [END, *itertools.chain(*([*document, END] for document in order))]


@settings(deadline=None)
@given(
    documents=_DOCUMENTS,
    streams=st.integers(1, 6),
    window=st.integers(1, 30),
    shuffle=st.booleans(),
    jitter=st.booleans(),
    backward=st.booleans(),
)
def test_streams_read_every_token_once_in_order(
    documents: list[list[int]], streams: int, window: int, shuffle: bool, jitter: bool, backward: bool
) -> None:
    windows = Windows(encoded(documents), END, streams, window, shuffle=shuffle, jitter=jitter, backward=backward)
    plan = windows.shuffled(3, 1)
    expected = sequence(documents, plan, backward=backward)
    tokens, targets = read(windows, plan)
    assert list(itertools.chain(*tokens)) == expected[:-1]
    assert list(itertools.chain(*targets)) == expected[1:]
    assert max(map(len, tokens)) - min(map(len, tokens)) <= 1, "streams are of equal length"
    sizes = windows.sizes(plan)
    assert sizes.tokens.tolist() == [np.count_nonzero(batch[0]) for batch in windows.stream(plan)]
    assert sizes.padded.tolist() == [batch[0].size for batch in windows.stream(plan)]
    rows, most = windows.largest
    assert all(batch[0].shape[0] == rows and batch[0].shape[1] <= most for batch in windows.stream(plan))


@settings(deadline=None)
@given(
    documents=_DOCUMENTS,
    streams=st.integers(1, 6),
    window=st.integers(1, 30),
    overlap=st.integers(0, 50),
    backward=st.booleans(),
)
def test_an_evaluation_counts_every_token_once_after_reading_the_ones_before(
    documents: list[list[int]], streams: int, window: int, overlap: int, backward: bool
) -> None:
    windows = Windows(encoded(documents), END, streams, window, overlap=overlap, backward=backward)
    plan = windows.in_order()
    expected = sequence(documents, plan, backward=backward)
    tokens, targets = read(windows, plan)
    assert list(itertools.chain(*targets)) == expected[1:]
    starts = np.arange(streams + 1) * (len(expected) - 1) // streams
    for row in range(streams):
        assert tokens[row] == expected[max(0, starts[row] - overlap) : starts[row + 1]]


@settings(deadline=None)
@given(documents=_DOCUMENTS, streams=st.integers(1, 6), window=st.integers(1, 30), overlap=st.integers(0, 9))
def test_each_stream_starts_once_at_its_first_token(
    documents: list[list[int]], streams: int, window: int, overlap: int
) -> None:
    windows = Windows(encoded(documents), END, streams, window, overlap=overlap)
    seen = np.zeros(streams, bool)
    started = np.zeros(streams, int)
    for token_ids, _, starts, _ in windows.stream(windows.in_order()):
        has_tokens = (token_ids > 0).any(axis=1)
        assert not (has_tokens & ~seen & ~starts).any(), "its first tokens come with the start"
        seen |= has_tokens
        started += starts
    assert (started[seen] == 1).all()


def test_epochs_differ_in_order_and_repeat_for_a_seed() -> None:
    documents = [[number] * number for number in range(1, 20)]
    windows = Windows(encoded(documents), END, 2, 7, shuffle=True, jitter=True)

    def epoch(seed: int, number: int) -> Any:
        return [[part.tolist() for part in batch] for batch in windows.stream(windows.shuffled(seed, number))]

    assert epoch(1, 1) == epoch(1, 1)
    assert epoch(1, 1) != epoch(1, 2)
    assert epoch(1, 1) != epoch(2, 1)


def test_lengths_of_windows_vary_around_the_option_and_its_half() -> None:
    windows = Windows(encoded([[1] * 70_000]), END, 1, 70, jitter=True)
    lengths = np.array([window.stop - window.start for window in windows.shuffled(1, 1)[:-1]])
    short = lengths < 52
    assert 0.02 < short.mean() < 0.09
    assert lengths[~short].mean() == pytest.approx(70, abs=1)
    assert lengths[~short].std() == pytest.approx(5, abs=0.6)
    assert lengths[short].mean() == pytest.approx(35, abs=3)


def test_a_corpus_smaller_than_a_batch_has_fewer_streams() -> None:
    layers = [{"type": "gru", "units": 4}]
    task = {"type": "language_model", "window": 10}
    config = checked_config({"task": task, "data": {"source": "sample"}, "layers": layers, "embedding": {"dim": 4}})
    assert Windows.of_training(encoded([[1] * 34]), config, END).streams == 3
    assert Windows.of_training(encoded([[1]]), config, END).streams == 1
    assert Windows.of_training(encoded([[1] * 3000]), config, END).streams == 64
    evaluated = Windows.of_evaluation(encoded([[1] * 1000]), config, END)
    assert (evaluated.streams, evaluated.overlap) == (5, 20)
    assert Windows.of_evaluation(encoded([[1] * 100]), config, END).overlap == 0
