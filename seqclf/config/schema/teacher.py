"""``training.teacher``: runs whose probabilities a model learns from, and self-training."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from seqclf.option_types import Name, NonNegativeReal, PositiveReal, Strict

Probability = Annotated[float, Field(ge=0, le=1)]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Runs = Annotated[
    Annotated[list[Name], Field(min_length=1, max_length=1_000)],
    BeforeValidator(_listed, json_schema_input_type=list[Name] | Name),
]


class Confidence(Strict):
    """Which unlabelled texts are used, by the teacher's probability of the most probable label. Multi-label: by the
    probability that a text has exactly the labels of more than 0.5, if labels were independent."""

    at_least: Probability = Field(0.9, description="Leave out texts on which the teacher is less certain.")
    at_most: Probability = Field(
        1.0, description="Leave out texts on which the teacher is more certain; less than 1 keeps those it doubts."
    )


class TeacherConfig(Strict):
    """Learn from what other runs say about the texts (knowledge distillation; Hinton et al. 2015), also about
    unlabelled ones (self-training). The teachers are needed for the training alone."""

    runs: Runs = Field(
        description="Classifiers with the same labels, by name or path, whose probabilities are averaged: runs, "
        "ensembles, exported folders with an ONNX model, or the name of a cross-validation, which stands for the runs "
        "of its folds. Of several, those that were not trained on a text say what it is."
    )
    weight: Probability = Field(
        0.5,
        description="Weight of what the teacher says about training texts; their own labels have 1 minus this. 0: the "
        "teacher speaks about unlabelled texts only; 1: labels are not used.",
    )
    temperature: PositiveReal = Field(
        1.0,
        description="The logits of teacher and model are divided by this before they are compared; their divergence "
        "is multiplied by its square. More than 1 shows what the teacher thinks about improbable labels.",
    )
    unlabelled: NonNegativeReal = Field(
        1.0,
        description="Weight of unlabelled texts (`data.unlabelled`): those of a step together, relative to its "
        "labelled ones. 0: the teacher says nothing about them.",
    )
    confidence: Confidence | None = Field(
        None, description="Leave out unlabelled texts by how certain the teacher is; null: use all."
    )
    hard: bool = Field(
        False,
        description="true: learn the teacher's most probable label (pseudo-labels; Lee 2013) instead of its "
        "probabilities; multi-label: the labels of more than 0.5.",
    )
