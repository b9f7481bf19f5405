"""Another run that a run is compared with: whether it can be, and the texts as it reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config, load_config
from seqclf.data.corpus import Corpus
from seqclf.data.equal_texts import text_digests
from seqclf.data.label_sets import labels_a_text, some_of
from seqclf.data.label_spelling import counterparts
from seqclf.data.seen import Seen, digests_of_split, seen_in_training
from seqclf.ensemble_recipe import trainings_of
from seqclf.errors import InputError
from seqclf.evaluation.hub_runs import find_measurable
from seqclf.evaluation.input_rows import InputRows
from seqclf.labels import Labels
from seqclf.run_members import parts_of, shares_validation
from seqclf.run_teachers import known_to_teachers
from seqclf.runs import CLASSIFICATION, Run
from seqclf.sources.table.reader import TableSource
from seqclf.sources.texts import LabelledTexts

_OPTION = "--against"


@dataclass(frozen=True)
class Opponent:
    """A classifier with the labels of the evaluated run.

    Attributes:
        order: the place of each of the evaluated run's labels among its own.
    """

    run: Run
    config: Config
    order: tuple[int, ...]

    def in_order(self, logits: NDArray[np.floating]) -> NDArray[np.floating]:
        """Its logits, in the order of the evaluated run's labels; of the same shape."""
        if logits.shape[1] == 1:  # the log odds of the second of two labels
            return logits if self.order[0] == 0 else -logits
        return logits[:, self.order]

    @property
    def thresholds(self) -> tuple[float, ...] | None:
        """Its thresholds, of the evaluated run's ``labels.with_thresholds``."""
        own = self.run.thresholds
        if own is None or len(own) == len(self.order):
            return None if own is None else tuple(own[place] for place in self.order)
        return own if self.order[0] == 0 else (1 - own[0],)  # of the second of two labels, which is the other's first


def find_opponent(runs: Path, name: str, run: Run) -> Opponent:
    """The run of ``--against``, or a model of a hub.

    Raises ``InputError`` if there is none, or if it cannot be compared with ``run``: it is the same run, a language
    model, or has other labels.
    """
    other = find_measurable(runs, name)
    if other.folder.resolve() == run.folder.resolve():
        raise InputError(f"{_OPTION} {name}: is the run that is evaluated; name another one (`seqclf runs list`)")
    if other.task != CLASSIFICATION:
        what = other.task.replace("_", " ")
        raise InputError(f"{_OPTION} {name}: {other.folder} is a {what}, which predicts no labels; name a classifier")
    return Opponent(other, load_config(other.config), _order(name, run.labels, other.labels))


def _order(name: str, own: Labels, other: Labels) -> tuple[int, ...]:
    """The place of each of ``own`` in ``other``. Raises ``InputError`` if they are not the same labels."""
    remedy = "compare runs with the same labels"
    if own.multi != other.multi:
        kinds = f"{labels_a_text(other.multi)}, the evaluated run {labels_a_text(own.multi)}"
        raise InputError(f"{_OPTION} {name}: the run has {kinds}; {remedy}")
    found = counterparts(other, own)
    only_own = [label for label in own if label not in found]
    only_other = [label for label in other if label not in found.values()]
    if only_own or only_other:
        lacks = [f"lacks {some_of(only_own)}"] if only_own else []
        has = [f"also has {some_of(only_other)}"] if only_other else []
        raise InputError(
            f"{_OPTION} {name}: the run has other labels than the evaluated one: it {' and '.join(lacks + has)}; "
            f"{remedy}"
        )
    places = {label: place for place, label in enumerate(other)}
    return tuple(places[found[label]] for label in own)


def as_read_by(
    opponent: Opponent, config: Config, texts: LabelledTexts, rows: InputRows | None, *, as_given: bool = False
) -> LabelledTexts:
    """The texts as the other run reads them: it may read other columns of the same rows.

    Args:
        config: of the evaluated run, which read ``texts``.
        rows: of the table that the texts come from; None: they are not from a table.
        as_given: the columns of the text were chosen for this evaluation: both runs read them.

    Raises:
        InputError: the texts lack columns that the other run reads, or the table has changed since they were read.
    """
    own, other = config.data.columns(), opponent.config.data.columns()
    lacking = [name for name in other.extra if name not in texts.extra or own.extra.get(name) != other.extra[name]]
    wanted = [other.text] if isinstance(other.text, str) else list(other.text)
    found: set[str] = set()
    if rows is not None and isinstance(rows.source, TableSource) and (lacking or other.text != own.text):
        found = set(rows.columns)
    same_text = as_given or other.text == own.text or not found.issuperset(wanted)
    if same_text and len(config.data.fields) != len(opponent.config.data.fields):
        raise _other_columns(opponent, wanted)
    if same_text and not lacking:
        return texts
    if missing := [name for name in lacking if name not in found]:
        raise _other_columns(opponent, missing)
    assert rows is not None and isinstance(rows.source, TableSource)
    reader = rows.source.with_columns(own.text if same_text else other.text, other.extra)
    read = reader.read(rows.part)
    if rows.places is not None:
        read = read.chosen(rows.places)
    if len(read) != len(texts):
        raise rows.changed()
    return replace(texts, texts=read.texts, extra=read.extra)


def _other_columns(opponent: Opponent, columns: Sequence[str]) -> InputError:
    names = ("columns " if len(columns) > 1 else "the column ") + ", ".join(f'"{name}"' for name in columns)
    return InputError(
        f"{_OPTION} {opponent.run.name}: the run reads {names}, which these texts do not have; give a file that has "
        "the columns of both runs with --data"
    )


def seen_by(run: Run, config: Config, texts: LabelledTexts, split: str | None = None) -> Seen | None:
    """How many of the texts a run was trained or validated on, or its teachers knew; None if that is no longer known.

    Args:
        config: of the run.
        texts: as the run reads them.
        split: of the run's own texts, if the texts are one; no text of a random split is in another one.
    """
    found, known = _seen_in_training(run, config, texts, split), _known_to_teachers(run, texts)
    return replace(found or Seen(len(texts), 0, 0), known_to_teachers=known) if known else found


def _known_to_teachers(run: Run, texts: LabelledTexts) -> int:
    """How many of the texts are held-out texts of the run that its teachers knew (``run_teachers``), at most."""
    known = known_to_teachers(run.manifest) if run.has_manifest else {}
    digests = [
        one
        for config, fingerprints in (trainings_of(run) if known else ())
        for split in known
        if split in fingerprints and (one := digests_of_split(config, split, fingerprints[split])) is not None
    ]
    found = np.isin(text_digests(texts.texts), np.concatenate(digests)).sum() if digests else 0
    return min(int(found), sum(one.known for one in known.values()))


def _seen_in_training(run: Run, config: Config, texts: LabelledTexts, split: str | None) -> Seen | None:
    if split == "train":
        return Seen(len(texts), len(texts), 0)
    unshared = split == "validation" and not shares_validation(run)
    if split is not None and not unshared and (config.data.is_published or not Corpus(config).has_own_part(split)):
        return Seen(len(texts), 0, len(texts) if split == "validation" else 0)
    if parts_of(run):
        return seen_in_training(trainings_of(run), texts)
    return seen_in_training([(config, run.data_fingerprints)], texts)
