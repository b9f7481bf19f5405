"""The method of ``seqclf explain``: opens the run, and returns what explains texts of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from seqclf.errors import InputError

if TYPE_CHECKING:
    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.explanation.attribution import Attribution
    from seqclf.inference import Classifier
    from seqclf.labels import Labels
    from seqclf.runs import Run

OCCLUSION, GRADIENTS = "occlusion", "integrated-gradients"

Explain = Callable[[Sequence[str], Mapping[str, Sequence[Any]]], list[tuple["Attribution", ...]]]
"""From texts and values of columns beside them to the attributions of each text."""


def opened(
    run: Run, threads: int | str, *, labels: Sequence[str], against: str | None, method: str, most_calls: int | None
) -> tuple[Classifier | KerasClassifier, Explain]:
    """The classifier, and what explains its texts.

    Raises:
        InputError: the run has no model that the method reads, or no such label.
    """
    explain: Callable[..., list[tuple[Attribution, ...]]]
    classifier: Classifier | KerasClassifier
    if method == GRADIENTS:
        from seqclf.explanation.integrated_gradients import integrated_gradients

        classifier = keras_classifier = _with_gradients(run, threads)
        explain = partial(integrated_gradients, keras_classifier)
    else:
        from seqclf.evaluation.opening import open_classifier
        from seqclf.explanation.occlusion import MOST_CALLS, occlusion

        classifier = open_classifier(run, threads=threads)
        explain = partial(occlusion, classifier, most_calls=most_calls or MOST_CALLS)
    _check(labels, against, classifier.labels)

    def explained(texts: Sequence[str], extra: Mapping[str, Sequence[Any]]) -> list[tuple[Attribution, ...]]:
        try:
            return explain(texts, labels, against=against, extra=extra)
        except InputError as error:
            if str(error).startswith("against: "):
                raise InputError(f"--{error}".replace("`against`", "--against")) from error
            raise

    return classifier, explained


def _with_gradients(run: Run, threads: int | str) -> KerasClassifier:
    if not (run.has_manifest and run.config.is_file() and run.model.is_file()):
        lacks = "has an ONNX model alone, which gives no gradients" if run.onnx.is_file() else f"lacks {run.model.name}"
        raise InputError(
            f"--method {GRADIENTS}: {run.folder} {lacks}; export or push the run with --format keras, or leave the "
            f"option out: {OCCLUSION} reads every model"
        )
    from seqclf.config import load_config
    from seqclf.tensorflow_startup import start_tensorflow

    start_tensorflow(load_config(run.config), threads)
    from seqclf.evaluation.classifier import KerasClassifier

    return KerasClassifier.load(run)


def _check(names: Sequence[str], against: str | None, labels: Labels) -> None:
    """Raise ``InputError`` that names the option if the run lacks a label."""
    from seqclf.explanation.targets import label_number

    for option, name in [
        *(("--label", name) for name in names),
        *([] if against is None else [("--against", against)]),
    ]:
        try:
            label_number(labels, name)
        except InputError as error:
            raise InputError(f"{option}: {error}") from error
