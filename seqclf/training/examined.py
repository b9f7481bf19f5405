"""What ``examine`` finds out about a config, its data and its model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from seqclf.config.problems import Problem
from seqclf.data.extra_statistics import ColumnStatistics
from seqclf.data.leaks import Leak
from seqclf.data.statistics import TextStatistics, TokenStatistics
from seqclf.data.unlabelled import UnlabelledCounts
from seqclf.metrics.baseline import BaselineScores
from seqclf.training.estimate import Estimate, LayerRow
from seqclf.training.pretrained import Pretrained


@dataclass
class Report:
    """Facts about a config, its data and its model. An attribute is None if a problem prevents its examination.

    Attributes:
        splits: statistics by the name of the split, ``train`` first.
        leaks: for each split after the first.
        extra: statistics of the columns beside the text, by column and split.
        unlabelled: numbers of texts without labels; also None if the config names none.
        taught: what the model learns from its teachers, in sentences.
        automatic: which numbers the training chooses, in sentences.
        problems: problems that would make training or evaluation fail.
        max_tokens: None: texts are not truncated.
        vocabulary: size of the tokenizer's vocabulary.
        tokens: like ``splits``; without test texts if they have no labels.
        pretrained: also None if the config names no vectors.
        baseline: scores of simple models on the validation texts (``seqclf.baseline``); also None without a baseline.
        baseline_score: the metric that compares a run of the config with the baseline.
        in_streams: whether the rows of a batch are streams of texts, not texts.
        starts_from: what the model has from another run, for the manifest; None if it starts from random weights.
        starting: the same in sentences.
    """

    data: str
    splits: dict[str, TextStatistics]
    leaks: dict[str, Leak]
    problems: list[Problem]
    warnings: list[Problem]
    max_tokens: int | None
    vocabulary: int | None = None
    tokens: dict[str, TokenStatistics] | None = None
    pretrained: Pretrained | None = None
    layers: list[LayerRow] | None = None
    estimate: Estimate | None = None
    baseline: BaselineScores | None = None
    baseline_score: str = "accuracy"
    in_streams: bool = False
    starts_from: dict[str, Any] | None = None
    starting: list[str] = field(default_factory=list)
    extra: dict[str, dict[str, ColumnStatistics]] = field(default_factory=dict)
    unlabelled: UnlabelledCounts | None = None
    taught: list[str] = field(default_factory=list)
    automatic: list[str] = field(default_factory=list)
