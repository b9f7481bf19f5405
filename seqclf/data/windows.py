"""Documents as streams of tokens, read in windows: the batches of a language model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.config.schema import LanguageModelTask
from seqclf.data.encoded import EncodedTexts
from seqclf.data.sizes import BatchSizes
from seqclf.token_ids import PAD_ID

_JITTER = 5.0  # standard deviation of a window's length
_SHORT_SHARE = 0.05  # of the windows, whose mean length is a half
_LEAST_WINDOW = 5
_WINDOWS_OF_OVERLAP = 2
_OVERLAPS_OF_A_STREAM = 10


@dataclass(frozen=True)
class Order:
    """The documents of an epoch, one after another, with an end of text before the first and after each.

    Attributes:
        documents: indices of the texts.
        ends: where each document's end of text is in the sequence, ``int64 [documents]``; the first token has place 0.
    """

    documents: NDArray[np.int64]
    ends: NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """A batch: the tokens from ``start`` to before ``stop`` of each stream of an order.

    Attributes:
        seed: for random numbers of the training step, ``int32 [2]``.
        counted: the first token, relative to ``start``, whose prediction counts.
        first, step: its rows are the stream ``first``, and every ``step``-th after it.
    """

    order: Order
    start: int
    stop: int
    seed: NDArray[np.int32]
    counted: int = 0
    first: int = 0
    step: int = 1


@dataclass(frozen=True)
class Windows:
    """Makes the batches of a split's documents.

    The documents are joined to one sequence, with an end of text between them. It is cut into equal streams, one for
    each row of a batch. A batch continues each stream where the last one stopped.

    Attributes:
        end_id: id of the end of a text.
        streams: number of rows of a batch.
        window: number of tokens of each stream in a batch.
        shuffle: whether each epoch has its own order of the documents.
        jitter: whether the length of a window is random.
        backward: whether documents are read from their ends.
        overlap: number of tokens before its own that each stream reads, without their predictions being counted.
    """

    texts: EncodedTexts
    end_id: int
    streams: int
    window: int
    shuffle: bool = False
    jitter: bool = False
    backward: bool = False
    overlap: int = 0

    @classmethod
    def of_training(cls, texts: EncodedTexts, config: Config, end_id: int) -> Windows:
        """The training batches of a config: ``training.batch_size`` streams, or as many as have a window each."""
        options = _options(config)
        streams = min(config.training.rows, max(1, _predictions(texts) // options.window))
        return cls(
            texts,
            end_id,
            streams,
            options.window,
            shuffle=options.shuffle,
            jitter=options.jitter,
            backward=options.direction == "backward",
        )

    @classmethod
    def of_evaluation(cls, texts: EncodedTexts, config: Config, end_id: int) -> Windows:
        """The batches that evaluate a model: few streams, each of which first reads what comes before it, so that
        cutting the documents into streams hardly changes a prediction."""
        options = _options(config)
        overlap = _WINDOWS_OF_OVERLAP * options.window
        streams = min(config.training.rows, max(1, _predictions(texts) // (overlap * _OVERLAPS_OF_A_STREAM)))
        backward = options.direction == "backward"
        if streams == 1:
            overlap = 0
        return cls(texts, end_id, streams, options.window, backward=backward, overlap=overlap)

    @cached_property
    def predictions(self) -> int:
        """Number of tokens that an epoch predicts: all, and the end of each document."""
        return _predictions(self.texts)

    @property
    def largest(self) -> tuple[int, int]:
        """Rows and tokens of the largest batch."""
        return self.streams, min(self._longest, self.window + (round(4 * _JITTER) if self.jitter else 0))

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """Place in the sequence where the own tokens of each stream start, and the end of the last, ``int64 [streams +
        1]``."""
        return np.arange(self.streams + 1) * self.predictions // self.streams

    @property
    def _longest(self) -> int:
        return int(np.diff(self._starts).max()) + self.overlap

    def shuffled(self, seed: int, epoch: int) -> list[Window]:
        """The batches of an epoch."""
        generator = np.random.default_rng([seed, epoch, 0x57EA])
        count = len(self.texts)
        order = self._order(generator.permutation(count) if self.shuffle else np.arange(count))
        stops = np.minimum(np.cumsum(self._lengths(generator)), self._longest)
        seeds = generator.integers(2**31, size=(len(stops), 2), dtype=np.int32)
        starts = [0, *stops[:-1].tolist()]
        return [Window(order, start, stop, own) for start, stop, own in zip(starts, stops.tolist(), seeds, strict=True)]

    def in_order(self) -> list[Window]:
        """The batches of the documents in their own order, for evaluation."""
        order, no_seed = self._order(np.arange(len(self.texts))), np.zeros(2, np.int32)
        windows = []
        for start in range(0, self._longest, self.window):
            stop = min(start + self.window, self._longest)
            windows.append(Window(order, start, stop, no_seed, min(max(self.overlap - start, 0), stop - start)))
        return windows

    def _order(self, documents: NDArray[np.int64]) -> Order:
        return Order(documents, np.cumsum(self.texts.lengths[documents] + 1))

    def _lengths(self, generator: np.random.Generator) -> NDArray[np.int64]:
        """Lengths of windows that together cover a stream."""
        if not self.jitter:
            return np.full(-(-self._longest // self.window), self.window)
        lengths: list[int] = []
        covered = 0
        while covered < self._longest:
            mean = self.window / (2 if generator.random() < _SHORT_SHARE else 1)
            most = self.window + round(4 * _JITTER)
            length = int(np.clip(round(generator.normal(mean, _JITTER)), min(_LEAST_WINDOW, self.window), most))
            lengths.append(length)
            covered += length
        return np.array(lengths)

    def sizes(self, plan: list[Window]) -> BatchSizes:
        """The sizes of the batches of a plan."""
        times = np.array([window.stop - window.start for window in plan])
        own = np.diff(self._starts) + self.overlap
        stops = np.minimum([[window.stop] for window in plan], own)
        starts = np.minimum([[window.start] for window in plan], own)
        return BatchSizes((stops - starts).sum(axis=1), times * self.streams)

    def batch(self, window: Window) -> tuple[NDArray[Any], ...]:
        """The arrays of a batch.

        ``token_ids``, ``int32 [streams, time]``, and ``targets``, the token after each, of the same shape; both are
        padded right with ``PAD_ID``, as are targets that do not count. ``starts``, ``bool [streams]``: whether a stream
        starts here, from a state of zeros. ``seed``, ``int32 [2]``. Of a ``part``, they have fewer rows.
        """
        streams = range(window.first, self.streams, window.step)
        token_ids = np.full((len(streams), window.stop - window.start), PAD_ID, np.int32)
        targets = token_ids.copy()
        begins = np.zeros(len(streams), np.bool_)
        for row, number in enumerate(streams):
            first = int(self._starts[number]) - self.overlap
            start, stop = first + window.start, min(first + window.stop, int(self._starts[number + 1]))
            skipped = max(0, -start)  # the first stream has less before it than the overlap
            begins[row] = start <= max(first, 0) < stop
            if start + skipped < stop:
                ids = self._read(window.order, start + skipped, stop + 1)
                places = slice(0, len(ids) - 1)
                token_ids[row, places] = ids[:-1]
                counts = max(window.counted - skipped, 0)
                targets[row, counts : len(ids) - 1] = ids[1 + counts :]
        return token_ids, targets, begins, window.seed

    def stream(self, plan: list[Window]) -> Iterator[tuple[NDArray[Any], ...]]:
        """The arrays of each batch of a plan."""
        for window in plan:
            yield self.batch(window)

    def part(self, plan: list[Window], index: int, count: int) -> list[Window]:
        """The streams of each batch that one of ``count`` replicas reads: always the same ones."""
        return [replace(window, first=index, step=count) for window in plan]

    def _read(self, order: Order, start: int, stop: int) -> NDArray[np.int32]:
        """The tokens of the sequence from ``start`` to before ``stop``, ``int32 [stop - start]``."""
        ids = np.full(stop - start, self.end_id, np.int32)
        document = int(np.searchsorted(order.ends, start))
        while document < len(order.documents):
            end, index = int(order.ends[document]), int(order.documents[document])
            first = end - int(self.texts.offsets[index + 1] - self.texts.offsets[index])
            if first >= stop:
                break
            a, b = max(start, first), min(stop, end)
            if a < b:
                ids[a - start : b - start] = self._part(index, a - first, b - first)
            document += 1
        return ids

    def _part(self, index: int, start: int, stop: int) -> NDArray[np.integer]:
        """Tokens of a document in reading order."""
        first, end = int(self.texts.offsets[index]), int(self.texts.offsets[index + 1])
        if not self.backward:
            return self.texts.ids[first + start : first + stop]
        return self.texts.ids[end - stop : end - start][::-1]


def _predictions(texts: EncodedTexts) -> int:
    return int(texts.offsets[-1]) + len(texts)


def _options(config: Config) -> LanguageModelTask:
    if not isinstance(config.task, LanguageModelTask):
        raise TypeError(f"expected a config of a language model, found the task {config.task.type}")
    return config.task
