"""What a training takes from other runs, in words and for its manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np

from seqclf.data.label_spelling import counterparts
from seqclf.data.prepare import TrainingData
from seqclf.labels import Labels, on_one_line
from seqclf.tasks.classification.output_rows import has_output_for
from seqclf.text.tokenizer import Tokenizer
from seqclf.training.initialize.old_texts import together
from seqclf.training.initialize.origin import Origin
from seqclf.training.initialize.start import Start

_LISTED = 5  # labels
_HARDLY = 0.1  # of the texts that a label would have if all had the same number


@dataclass(frozen=True)
class Account:
    """What a training takes.

    Attributes:
        tokenizer: of the new model.
        labels: of the new model; empty for a language model.
        counts: the number of training texts with each of ``labels``; empty if it is not known.
    """

    start: Start
    tokenizer: Tokenizer
    labels: Labels
    counts: tuple[int, ...] = ()

    @classmethod
    def of(cls, start: Start, data: TrainingData) -> Account:
        """The account of a training on these texts."""
        found = data.train.labels
        several = found.ndim == 2
        counts = found.sum(axis=0) if several else np.bincount(found, minlength=len(data.labels))
        return cls(start, data.tokenizer, data.labels, tuple(map(int, counts)) if data.labels else ())

    @property
    def taken(self) -> list[str]:
        """What comes from the runs."""
        layers = [self._title(pair.here) for pair in self.start.plan.pairs]
        head = self._head if self.start.plan.output else []
        return [self._tokens, "embedding", *layers, *head, *(["output layer"] if self.takes_output else [])]

    @property
    def fresh(self) -> list[str]:
        """What starts with random weights."""
        layers = [self._title(index) for index in self.start.plan.fresh]
        head = [] if self.start.plan.output else self._head
        return [*layers, *head, *([] if self.takes_output else ["output layer"])]

    @property
    def takes_output(self) -> bool:
        """Whether the output layer gets weights."""
        if not self.start.plan.output or self._known is None:
            return self.start.plan.output
        return has_output_for(self._known, self.labels)

    @property
    def new_labels(self) -> list[str]:
        """Labels that the run does not know; empty if the output layer starts fresh."""
        shared = self._shared
        return [label for label in self.labels if label not in shared] if self.takes_output else []

    @property
    def dropped_labels(self) -> list[str]:
        """Labels that only the run knows; empty if the output layer starts fresh."""
        shared = set(self._shared.values())
        return [label for label in self._known or () if label not in shared] if self.takes_output else []

    @property
    def rare_labels(self) -> dict[str, int]:
        """Labels of both that hardly any training text has, with the number of texts."""
        if not self.takes_output or not self.counts:
            return {}
        least = _HARDLY * sum(self.counts) / len(self.counts)
        found = dict(zip(self.labels, self.counts, strict=True))
        return {label: found[label] for label in self._shared if found[label] < least}

    def sentences(self) -> list[str]:
        """All of it in words."""
        lines = [f"Starting from {self._runs}: {', '.join(self.taken)}"]
        if self.fresh:
            lines.append(f"Starting fresh: {', '.join(self.fresh)}")
        if self.new_labels:
            lines.append(f"New labels, which start as the mean of the known ones: {_listed(self.new_labels)}")
        if self.dropped_labels:
            lines.append(f"Labels that the new texts do not have, and the model loses: {_listed(self.dropped_labels)}")
        if self.rare_labels:
            rare = _listed(list(self.rare_labels), [f" ({count:,})" for count in self.rare_labels.values()])
            lines.append(f"Labels that hardly any of the new texts have, and the model will probably forget: {rare}")
        if self.dropped_labels or self.rare_labels:
            files = together(self.start.config, self.start.origins[0].config)
            lines.append(f"To keep them, train on old and new texts together{f': {files}' if files else ''}")
        return lines

    def as_json(self) -> dict[str, Any]:
        """For the manifest."""
        origin = self.start.origins[0]
        return {
            "runs": [_run_as_json(one) for one in self.start.origins],
            "tokenizer": {
                "fingerprint": origin.tokenizer.fingerprint,
                "tokens": origin.tokenizer.plain.vocabulary_size,
                "new_tokens": self._new_tokens,
            },
            "taken": self.taken,
            "fresh": self.fresh,
            "new_labels": self.new_labels,
            "dropped_labels": self.dropped_labels,
        }

    @property
    def _known(self) -> Labels | None:
        """The labels of the run, if both models are classifiers."""
        origin = self.start.origins[0]
        return None if origin.is_language_model or not self.labels else origin.run.labels

    @property
    def _shared(self) -> dict[str, str]:
        """For each label of both, its name in the run."""
        return {} if self._known is None else counterparts(self._known, self.labels)

    @property
    def _new_tokens(self) -> int:
        return self.tokenizer.plain.vocabulary_size - self.start.origins[0].tokenizer.plain.vocabulary_size

    @property
    def _tokens(self) -> str:
        new = self._new_tokens
        return f"tokenizer ({new:,} new token{'' if new == 1 else 's'})" if new else "tokenizer"

    @property
    def _head(self) -> list[str]:
        head = enumerate(self.start.config.head)
        return [f"head[{index}] ({layer.short_name})" for index, layer in head if layer.has_weights]

    @property
    def _runs(self) -> str:
        origins = self.start.origins
        if len(origins) == 1:
            return f"the {origins[0].kind} {origins[0].name}"
        return f"{origins[0].name} (forward) and {origins[1].name} (backward)"

    def _title(self, index: int) -> str:
        return f"layers[{index}] ({self.start.config.layers[index].short_name})"


def _run_as_json(origin: Origin) -> dict[str, Any]:
    manifest = origin.run.manifest
    state = {name: manifest.get(name) for name in ("status", "best_epoch", "ended")}
    return {"folder": str(origin.run.folder), "task": origin.run.task, **state}


def _listed(labels: list[str], notes: Sequence[str] = ()) -> str:
    """The first labels, each with its note."""
    named = [f'"{on_one_line(label)}"' for label in labels[:_LISTED]]
    shown = ", ".join(map("".join, zip_longest(named, notes[:_LISTED], fillvalue="")))
    more = len(labels) - _LISTED
    return f"{shown} and {more:,} more" if more > 0 else shown
