"""How the model of an ensemble is made of those of its members. Imports neither Keras nor TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from seqclf.config import Config, load_config
from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.layer_types import walk
from seqclf.run_members import members_of, parts_of
from seqclf.runs import Run


@dataclass(frozen=True)
class Member:
    """One model of an ensemble, which has the tokenizer and, in some order, the labels of the ensemble.

    Attributes:
        weight: of its probabilities, above 0; those of all members add up to 1.
        labels: its own.
        temperatures: that its logits are divided by; one, or one for each of ``labels``.
    """

    config: Config
    weight: float
    labels: Labels
    temperatures: tuple[float, ...] = (1.0,)

    def order(self, labels: Labels) -> list[int]:
        """The place of each unit of a model for ``labels`` among its own units."""
        return [0] if labels.units == 1 else [self.labels.names.index(name) for name in labels]

    def scales(self, labels: Labels) -> list[float]:
        """What its logits are multiplied by. The log odds of the first of two labels are those of the second, with the
        opposite sign."""
        turned = labels.units == 1 and labels.names != self.labels.names
        return [(-1 if turned else 1) / one for one in self.temperatures]


@dataclass(frozen=True)
class Ensemble:
    """How a model is made of several."""

    members: tuple[Member, ...]

    @property
    def has_onnx(self) -> bool:
        """Whether all layers can be written as ONNX."""
        return all(layer.has_onnx for one in self.members for _, layer in walk(one.config.layers))


def ensemble_of(run: Run) -> Ensemble | None:
    """None if the run is no ensemble. Raises ``InputError`` if a file of a member is missing or malformed."""
    members = members_of(run)
    if not members:
        return None
    labels = run.labels
    return Ensemble(tuple(_member(one.run, one.weight, labels) for one in members))


def trainings_of(run: Run) -> list[tuple[Config, Mapping[str, str]]]:
    """The config and the fingerprints of the texts of each training that the model of a run is from, as far as they are
    known: a hub has not those of members."""
    parts = [one for one in parts_of(run) if one.has_manifest]
    return [(load_config(one.config), one.data_fingerprints) for one in parts or [run]]


def _member(run: Run, weight: float, labels: Labels) -> Member:
    own, calibration = run.labels, run.calibration
    if own.multi != labels.multi or set(own) != set(labels):
        raise InputError(f"{run.folder / 'labels.json'}: not the labels of the ensemble; restore it from a copy")
    return Member(load_config(run.config), weight, own, (1.0,) if calibration is None else calibration.temperatures)
