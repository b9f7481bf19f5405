"""The JSON of ``seqclf eval --against``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from seqclf.evaluation.paired_words import conclusion
from seqclf.text.fields import split_fields

if TYPE_CHECKING:
    from seqclf.cli.against_found import Found
    from seqclf.tasks.classification.answers import Answers


_SEEN = ("trained_on", "validated_on", "known_to_teachers")


def as_json(found: Found, split: str | None) -> dict[str, Any]:
    """``run`` is the evaluated run, ``against`` the other one; ``split`` is None for texts of ``--data``."""
    run, against = found.names
    seen = [{name: None if one is None else getattr(one, name) for name in _SEEN} for one in found.seen]
    return {
        "run": run,
        "against": against,
        **({} if split is None else {"split": split}),
        "data": found.where,
        "conclusion": conclusion(found),
        **found.comparison.to_json(),
        "seen": dict(zip(("run", "against"), seen, strict=True)),
        "differing": list(_differing(found)),
    }


def _differing(found: Found) -> Iterator[dict[str, Any]]:
    """The texts whose predictions differ; with one label per text also how probable each run finds its own."""
    multi = found.comparison.multi
    for place in found.comparison.differing.tolist():
        text, labels = found.texts.texts[place], found.texts.label_sets[place]
        first, second = (bool(answers.right[place]) for answers in found.answers)
        yield {
            "place": int(found.places[place]),
            "text": dict(zip(found.fields, split_fields(text), strict=True)) if found.fields else text,
            **({"labels": list(labels)} if multi else {"label": labels[0]}),
            "right": "run" if first and not second else "against" if second and not first else None,
            **{
                name: _prediction(answers, place)
                for name, answers in zip(("run", "against"), found.answers, strict=True)
            },
        }


def _prediction(answers: Answers, place: int) -> dict[str, Any]:
    predicted, probabilities = answers.predicted[place], answers.probabilities[place]
    if answers.labels.multi:
        chosen = predicted.nonzero()[0].tolist()
        return {
            "predictions": [answers.labels[label] for label in chosen],
            "probabilities": [float(probabilities[label]) for label in chosen],
        }
    return {"prediction": answers.labels[int(predicted)], "probability": float(probabilities[predicted])}
