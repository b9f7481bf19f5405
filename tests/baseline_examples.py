"""Texts, requests and scores shared by tests of the baseline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from conftest import small_config

from seqclf.baseline.task import Request
from seqclf.config import Config, checked_config
from seqclf.labels import Labels
from seqclf.sources.texts import LabelledTexts

TEXTS = ["a good film", "a bad film", "good good story", "bad story , bad film", "", "it is a good day", "bad bad bad"]
TRUTH = np.array([1, 0, 1, 0, 0, 1, 0], np.int32)


def texts_of(split: str) -> LabelledTexts:
    """The same 21 texts for every split."""
    return LabelledTexts(TEXTS * 3, ["neg", "pos", "neg", "pos", "neg", "pos", "neg"] * 3, split)


def request_for(read: Callable[[str], LabelledTexts], **fingerprints: str) -> Request:
    """A request for scores on validation, with ``read`` as the source of its texts."""
    return Request(Labels(("neg", "pos")), fingerprints, read, "validation", "per_label")


def config_with(**changes: Any) -> Config:
    """A small config of a table that need not exist."""
    return checked_config(small_config(data__source="table", data__train="a.csv", **changes))
