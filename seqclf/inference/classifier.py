"""A run's classifier on ONNX Runtime, with its tokenizer: no TensorFlow, no config."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seqclf.decisions import Decider
from seqclf.errors import InputError
from seqclf.extra_columns import ExtraColumns
from seqclf.hub.download import local_folder
from seqclf.inference.batches import of_similar_length
from seqclf.inference.prediction import Prediction
from seqclf.inference.text_classifier import features_of, stream
from seqclf.labels import Labels
from seqclf.onnx_session import MODEL_FILE, TOKEN_IDS, TOKENIZER_FOLDER, metadata, open_session, run_session
from seqclf.run_calibration import RunCalibration
from seqclf.text.fields import Text, as_text, check_several
from seqclf.text.kinds import load_tokenizer
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.truncation import Truncate, truncate_ids
from seqclf.token_ids import PAD_ID

if TYPE_CHECKING:
    import onnxruntime

_EXTRA = "extra"  # name of the model's input for columns beside the text

_TOKENS_A_BATCH, _TEXTS_A_BATCH = 16_384, 256


@dataclass(frozen=True)
class Classifier:
    """The ``TextClassifier`` of ONNX Runtime; thread-safe.

    Attributes:
        labels: all labels, in the order of the columns of ``probabilities``.
        thresholds: that the probability of each of ``labels.with_thresholds`` must exceed; None: the most probable
            label is predicted.
        max_tokens, truncate: how long texts are truncated.
        extra: the columns beside the text that the model reads; None: it reads the text alone.
        calibration: what ``seqclf calibrate`` stored; the model's outputs are calibrated. None: they are not.
    """

    tokenizer: Tokenizer
    labels: Labels
    thresholds: tuple[float, ...] | None
    max_tokens: int
    truncate: Truncate
    _path: Path
    _session: onnxruntime.InferenceSession
    _lock: threading.Lock
    extra: ExtraColumns | None = None
    calibration: RunCalibration | None = None

    @classmethod
    def load(cls, folder: str | Path, *, threads: int | None = None) -> Classifier:
        """Load a run's folder, or another one that contains ``model.onnx`` and ``tokenizer/``, or a model on a hub.

        Args:
            folder: ``hf:user/name`` or ``hf:user/name@revision`` is downloaded.
            threads: number of threads; None: one per core.

        Raises:
            SeqclfError: the hub cannot be reached.
            InputError: if one of the two is missing or was not written by seqclf.
        """
        folder = local_folder(folder)
        path = folder / MODEL_FILE
        session = open_session(path, threads)
        try:
            about = metadata(session)
            if "labels" not in about and "task" in about:
                what = str(about["task"]).replace("_", " ")
                raise InputError(f"{path}: is a {what}, which has no labels; `seqclf predict --score` reads it")
            labels = Labels.from_json(about["labels"])
            thresholds = None if about["thresholds"] is None else tuple(map(float, about["thresholds"]))
            max_tokens, truncate = int(about["max_tokens"]), about["truncate"]
            extra = ExtraColumns.from_json(about["extra"]) if "extra" in about else None
            calibration = RunCalibration.from_json(about["calibration"], labels) if "calibration" in about else None
            _check_width(session, extra)
            fields = tuple(map(str, about.get("fields", ())))
        except (LookupError, OverflowError, TypeError, ValueError, RecursionError) as error:
            raise InputError(f"{path}: not a model that seqclf wrote ({error})") from error
        tokenizer = load_tokenizer(folder / TOKENIZER_FOLDER)
        if fields != tokenizer.columns:
            texts = [
                f"texts of the columns {', '.join(names)}" if names else "a text"
                for names in (fields, tokenizer.columns)
            ]
            raise InputError(
                f"{path}: does not belong to {TOKENIZER_FOLDER}/ beside it: the model reads {texts[0]}, the tokenizer "
                f"{texts[1]}; use both from the same run"
            )
        lock = threading.Lock()
        return cls(tokenizer, labels, thresholds, max_tokens, truncate, path, session, lock, extra, calibration)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns whose values together are a text; empty if a text is a single value."""
        return self.tokenizer.columns

    def predict(
        self,
        texts: Iterable[Text],
        decider: Decider | None = None,
        *,
        extra: Mapping[str, Iterable[Any]] | None = None,
    ) -> list[Prediction]:
        """The predictions of ``stream`` as a list."""
        return list(self.stream(texts, decider, extra=extra))

    def stream(
        self,
        texts: Iterable[Text],
        decider: Decider | None = None,
        *,
        extra: Mapping[str, Iterable[Any]] | None = None,
    ) -> Iterator[Prediction]:
        """Yield a prediction for each text, in order, reading some thousand texts ahead.

        Args:
            texts: strings; with several text columns, each an object of values by column (``seqclf.text.fields``), or a
                string, which is the first of them.
            decider: overrides how the run derives labels from probabilities.
            extra: values of columns beside the text, one for each text: numbers or words, None where missing. Columns
                that it lacks have no value.

        Raises:
            InputError: ``texts`` is one string; a text is not a string; the model does not read a column of ``extra``,
                or a value is not of its kind.
        """
        check_several(texts)
        return stream(self, (as_text(text, self.columns) for text in texts), decider, extra)

    def probabilities(
        self, texts: Sequence[Text], extra: Mapping[str, Sequence[Any]] | None = None
    ) -> NDArray[np.float32]:
        """Probability of every label, ``float32 [texts, labels]``; ``texts`` and ``extra`` as in ``stream``."""
        check_several(texts)
        joined = [as_text(text, self.columns) for text in texts]
        with self._lock:  # tokenizers cache words
            encoded = list(self.tokenizer.encode_all(joined))
        return self._outputs("probabilities", encoded, len(self.labels), features_of(self, extra, len(texts)))

    def logits_of_ids(
        self, encoded: Sequence[NDArray[np.integer]], features: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Calibrated logits of encoded texts, ``float32 [texts, 1 or labels]``.

        ``features``: those of ``self.extra``, ``float32 [texts, width]``; None: no column has a value.
        """
        return self._outputs("logits", encoded, self.labels.units, features)

    def _outputs(
        self,
        name: str,
        encoded: Sequence[NDArray[np.integer]],
        width: int,
        features: NDArray[np.float32] | None,
    ) -> NDArray[np.float32]:
        limit = (self.max_tokens, self.truncate, self.tokenizer.separator_id)
        kept = [truncate_ids(ids, *limit) for ids in encoded]
        lengths = np.array([len(ids) for ids in kept], dtype=np.int64)
        rows = np.empty((len(kept), width), np.float32)
        for batch in of_similar_length(lengths, most_texts=_TEXTS_A_BATCH, most_tokens=_TOKENS_A_BATCH):
            token_ids = np.full((len(batch), lengths[batch].max()), PAD_ID, np.int32)
            for row, place in zip(token_ids, batch, strict=True):
                row[: lengths[place]] = kept[place]
            beside = {} if features is None else {_EXTRA: features[batch]}
            given = {TOKEN_IDS: token_ids, **beside}
            (rows[batch],) = run_session(self._session, {name: (len(batch), width)}, given, path=self._path)
        return rows


def _check_width(session: onnxruntime.InferenceSession, extra: ExtraColumns | None) -> None:
    """Raise ``ValueError`` if the model reads other features than those of ``extra``."""
    widths = [one.shape[1] for one in session.get_overridable_initializers() if one.name == _EXTRA]
    if widths != ([] if extra is None else [extra.width]):
        raise ValueError("its columns beside the text are not those that it describes")
