"""The best run by a score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seqclf.errors import InputError
from seqclf.run_catalogue.entry import Entry
from seqclf.run_catalogue.scores import (
    NAMES,
    SPLITS,
    TEST,
    VALIDATION,
    goodness,
    main_score,
    parsed,
    unknown_score,
)
from seqclf.runs import COMPLETE


@dataclass(frozen=True)
class Best:
    """The best run.

    Attributes:
        ties: other runs with the same score, which are older.
        compared: number of runs that have the score.
        without: names of the other complete runs, which lack it.
        known: names of runs whose teachers knew texts that they were measured on (``run_teachers``): all that were
            compared, or those that were left out.
        same_texts: whether all were measured on the same texts; None if that is not known.
    """

    entry: Entry
    score: str
    split: str
    value: float
    ties: tuple[str, ...]
    compared: int
    without: tuple[str, ...]
    same_texts: bool | None
    known: tuple[str, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        """Whether the teachers of the chosen run knew texts that it was measured on, as those of all others did."""
        return self.entry.name in self.known


def best(entries: Sequence[Entry], metric: str | None = None, split: str | None = None) -> Best:
    """The complete run with the best score; of equal ones, the newest. Cross-validations have no model, so none wins.
    A run whose teachers knew texts that it was measured on wins only if there is no other.

    Args:
        metric: the name of a score; None: the main one of the runs' task.
        split: None: validation, or if no run has its score, test.

    Raises:
        InputError: no run has the score, or the runs are of tasks whose scores cannot be compared.
    """
    complete = [one for one in entries if one.state in COMPLETE and not one.is_cross_validation]
    if not complete:
        raise InputError("no complete run to choose from; `seqclf runs list` shows all runs")
    if metric is None:
        _check_tasks(complete, "--metric")
        name, named_split = next((main for one in complete if (main := main_score(one.scores))), None), None
        if name is None:
            raise InputError("none of the runs has scores; `seqclf eval --split validation --run RUN` computes them")
    else:
        name, named_split = parsed(metric)
    if None not in (split, named_split) and split != named_split:
        raise InputError(f"--metric {metric} contradicts --split {split}; omit one of them")
    chosen = split or named_split or _split_with(complete, name)
    with_score = [one for one in complete if name in one.scores.get(chosen, {})]
    if not with_score:
        raise _none_has(complete, metric or name, chosen)
    _check_tasks(with_score, name)
    known = [one for one in with_score if chosen in one.known_to_teachers]
    honest = [one for one in with_score if one not in known] or with_score
    order = sorted(honest, key=lambda one: (goodness(name, one.scores[chosen][name]), one.started or ""))
    first = order[-1]
    value = first.scores[chosen][name]
    return Best(
        first,
        name,
        chosen,
        value,
        ties=tuple(one.name for one in order[-2::-1] if one.scores[chosen][name] == value),
        compared=len(order),
        without=tuple(one.name for one in complete if one not in with_score),
        same_texts=same_texts(order, chosen),
        known=tuple(one.name for one in known),
    )


def _split_with(entries: Sequence[Entry], name: str) -> str:
    """Validation, unless only test has the score: choices are made on validation texts."""
    having = [split for split in SPLITS if any(name in one.scores.get(split, {}) for one in entries)]
    return TEST if having == [TEST] else VALIDATION


def _none_has(entries: Sequence[Entry], metric: str, split: str) -> InputError:
    name, _ = parsed(metric)
    known = {score for one in entries for scores in one.scores.values() for score in scores}
    if name in NAMES and any(name in one.scores.get(other, {}) for one in entries for other in SPLITS):
        how = f"`seqclf eval --split {split} --run RUN` computes it"
        return InputError(f"no run has {name} on {split}; {how}, or choose another --split")
    return InputError(unknown_score(metric, known))


def _check_tasks(entries: Sequence[Entry], what: str) -> None:
    tasks = sorted({one.task for one in entries if one.task})
    if len(tasks) > 1:
        raise InputError(
            f"{what}: the runs are of different tasks, whose scores cannot be compared; add --task TASK "
            f"({' or '.join(tasks)})"
        )


def same_texts(entries: Sequence[Entry], split: str) -> bool | None:
    """Whether all runs were measured on the same texts of a split; None if that is not known.

    A manifest has a fingerprint of the validation texts. Of other splits, only the source is known: different sources
    are different texts.
    """
    if split == VALIDATION:
        found = [_fingerprint(one) for one in entries]
        if all(found):
            return len(set(found)) == 1
    return False if len({one.data for one in entries}) > 1 else None


def _fingerprint(entry: Entry) -> str | None:
    found = entry.manifest.get("data_fingerprint")
    value = found.get(VALIDATION) if isinstance(found, dict) else None
    return value if isinstance(value, str) else None
