"""How probable texts are for a run's language model, on ONNX Runtime: no TensorFlow, no config."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.generation.model_file import LOG_PROBABILITIES, TARGETS, LanguageModelFile
from seqclf.hub.download import local_folder
from seqclf.inference.batches import of_similar_length
from seqclf.metrics.language_model import LanguageModelScores, Surprise
from seqclf.text.fields import Text, as_text, check_several
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.white_space import number_of_words
from seqclf.token_ids import PAD_ID

_TEXTS_A_BLOCK = 1_024
_ROWS_A_BATCH, _TOKENS_A_BATCH = 64, 1 << 16
_LOGITS_A_WINDOW = 1 << 23  # 32 MB


class TextScore(NamedTuple):
    """How probable a text is. The end of the text counts as a token, a word and a character, as in an evaluation.

    Attributes:
        log_probability: of the text and its end, given that a text begins; natural logarithm.
        tokens, words, characters: what was predicted.
        unknown: how many of the tokens are the unknown token. A text without tokens, such as an empty one, is read as
            one unknown token.
    """

    log_probability: float
    tokens: int
    words: int
    characters: int
    unknown: int = 0

    @property
    def scores(self) -> dict[str, float]:
        """The scores of ``LanguageModelScores`` by name."""
        return LanguageModelScores.computed(Surprise(-self.log_probability, self.tokens, self.words, self.characters))

    @property
    def perplexity(self) -> float:
        """The perplexity of a token."""
        return self.scores["perplexity"]

    @property
    def bits_per_character(self) -> float:
        return self.scores["bits_per_character"]

    def as_json(self, text: str) -> dict[str, Any]:
        """The object that ``seqclf predict --score --json`` prints."""
        return {
            "text": text,
            "log_probability": self.log_probability,
            "tokens": self.tokens,
            "perplexity": self.perplexity,
            "bits_per_character": self.bits_per_character,
            "unknown": self.unknown,
        }


@dataclass(frozen=True)
class Scorer:
    """Measures texts with a language model, each alone: it begins after an end of text, and ends with one; thread-safe.

    >>> Scorer.load("runs/books-1").score("It was the best of times").perplexity  # doctest: +SKIP
    """

    file: LanguageModelFile
    tokenizer: Tokenizer
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @classmethod
    def load(cls, folder: str | Path, *, threads: int | None = None) -> Scorer:
        """Load a run's folder, or another one that contains ``model.onnx`` and ``tokenizer/``, or a model on a hub.

        Args:
            folder: ``hf:user/name`` or ``hf:user/name@revision`` is downloaded.
            threads: number of threads; None: one per core.

        Raises:
            SeqclfError: the hub cannot be reached.
            InputError: if one of the two is missing or malformed, the model is no language model, or an earlier version
                wrote it.
        """
        file = LanguageModelFile.open(local_folder(folder), threads=threads)
        if not file.scores:
            raise InputError(
                f"{file.path}: cannot score texts, because an earlier version of seqclf wrote it; delete it in its "
                "run, and `seqclf export --format onnx` writes a new one"
            )
        return cls(file, file.tokenizer())

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns whose values together are a text; empty if a text is a single value."""
        return self.tokenizer.columns

    def score(self, text: Text) -> TextScore:
        """How probable a text is."""
        return self.scores([text])[0]

    def scores(self, texts: Iterable[Text]) -> list[TextScore]:
        """The scores of ``stream`` as a list."""
        return list(self.stream(texts))

    def stream(self, texts: Iterable[Text]) -> Iterator[TextScore]:
        """Yield the score of each text, in order, reading some thousand texts ahead.

        Args:
            texts: strings; with several text columns, each an object of values by column (``seqclf.text.fields``), or a
                string, which is the first of them.

        Raises:
            InputError: ``texts`` is one string; a text is not a string.
        """
        check_several(texts)
        joined = (as_text(text, self.columns) for text in texts)
        while block := list(itertools.islice(joined, _TEXTS_A_BLOCK)):
            encoded = self._encoded(block)
            for text, ids, found in zip(block, encoded, self._measured(encoded), strict=True):
                total, unknown = float(found.sum(dtype=np.float64)), int((ids == self.tokenizer.unknown_id).sum())
                yield TextScore(total, len(found), number_of_words(text) + 1, len(text) + 1, unknown)

    def log_probabilities(self, texts: Sequence[Text]) -> list[NDArray[np.float32]]:
        """For each text, the log-probability of each of its tokens and of its end, ``float32 [tokens + 1]``.

        They are in the order in which the model reads: from the end of the text if it is ``backward``.
        """
        check_several(texts)
        return self._measured(self._encoded([as_text(text, self.columns) for text in texts]))

    def _encoded(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        with self._lock:  # tokenizers cache words
            return list(self.tokenizer.encode_all(texts))

    def _measured(self, encoded: Sequence[NDArray[np.int32]]) -> list[NDArray[np.float32]]:
        """``log_probabilities`` of texts as token ids."""
        lengths = np.array([len(ids) + 1 for ids in encoded], np.int64)
        found: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * len(encoded)
        most_rows = max(1, min(_ROWS_A_BATCH, _LOGITS_A_WINDOW // (self.file.end_id + 1)))
        for batch in of_similar_length(lengths, most_texts=most_rows, most_tokens=_TOKENS_A_BATCH):
            rows = self._batch([encoded[place] for place in batch])
            for row, place in zip(rows, batch, strict=True):
                found[place] = row[: lengths[place]].copy()
        return found

    def _batch(self, encoded: Sequence[NDArray[np.int32]]) -> NDArray[np.float32]:
        """The log-probabilities of some texts, ``float32 [texts, longest]``, read in windows of bounded memory."""
        end_id, longest = self.file.end_id, max(map(len, encoded)) + 1
        read = np.full((len(encoded), longest + 1), PAD_ID, np.int32)
        for row, ids in zip(read, encoded, strict=True):
            row[: len(ids) + 2] = [end_id, *(ids[::-1] if self.file.backward else ids), end_id]
        # The last token of a row is no input, only a target: its successor is nothing.
        token_ids, targets = np.where(read[:, 1:] == PAD_ID, PAD_ID, read[:, :-1]), read[:, 1:]
        window = max(1, _LOGITS_A_WINDOW // (len(encoded) * (end_id + 1)))
        states, parts = self.file.start(len(encoded)), []
        outputs = [LOG_PROBABILITIES, *self.file.outputs[1:]]
        for start in range(0, longest, window):
            part = slice(start, start + window)
            scores, *states = self.file.run(outputs, token_ids[:, part], states, **{TARGETS: targets[:, part]})
            parts.append(scores)
        return np.concatenate(parts, axis=1)
