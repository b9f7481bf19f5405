"""Split texts into training, validation and test texts."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from seqclf.data.empty_splits import SPLITS, Draw, Fractions
from seqclf.data.grouped import assign_sets, sets_of_label
from seqclf.errors import InputError
from seqclf.sources.texts import UNLABELLED, LabelledTexts


def partition(
    texts: LabelledTexts, *, validation: float, test: float, seed: int, sets: NDArray[np.int64] | None = None
) -> dict[str, NDArray[np.int64]]:
    """Indices of each split, in the order of the texts, stratified by label.

    Args:
        validation: fraction of all texts for validation, 0 for none.
        test: fraction of all texts for the test, 0 for none.
        seed: decides which text goes to which split.
        sets: the index of each text's set (``equal_texts.joined``), which stays in one split. None: no sets.

    Raises:
        InputError: a split would be empty.
    """
    if validation + test >= 1:
        raise InputError(f"data: validation ({validation}) and test ({test}) leave no training texts")
    splits = _drawn(texts, (validation, test), seed, sets)
    draw = Draw(texts, (validation, test), sets, lambda fractions, sets: _drawn(texts, fractions, seed, sets))
    if (problem := draw.problem(splits)) is None:
        return splits
    if (near := draw.near()) is None:
        raise InputError(problem)
    return dict(near)


def _drawn(
    texts: LabelledTexts, fractions: Fractions, seed: int, sets: NDArray[np.int64] | None
) -> dict[str, NDArray[np.int64]]:
    """``partition``, but splits may be empty."""
    validation, test = fractions
    generator = np.random.default_rng([seed, 0x5B117])
    shares = (1 - validation - test, validation, test)
    where = np.full(len(texts), -1, dtype=np.int32)
    if sets is not None:
        wanted = _wanted(texts, shares)
        where = assign_sets(sets, texts.label_sets, shares, wanted, np.random.default_rng([seed, 0x5E75]))
    if texts.multi:
        where = _assign_multi_label(texts.label_sets, shares, generator, where)
    else:
        where = _assign_single_label(texts.labels, validation, test, generator, where)
    return {name: np.flatnonzero(where == code) for code, name in enumerate(SPLITS)}


def _wanted(texts: LabelledTexts, shares: Sequence[float]) -> dict[str, list[float]]:
    """For each label, the target number of its texts in each split; integers if each text has one label."""
    counts = Counter(name for names in texts.label_sets for name in names)
    if texts.multi:
        return {name: [share * count for share in shares] for name, count in counts.items()}
    _, validation, test = shares
    wanted = {}
    for name, count in counts.items():
        for_validation, for_test = round(validation * count), round(test * count)
        wanted[name] = [float(count - for_validation - for_test), float(for_validation), float(for_test)]
    return wanted


def _assign_single_label(
    labels: Sequence[str],
    validation: float,
    test: float,
    generator: np.random.Generator,
    taken: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Split single-label texts; returns indices into ``SPLITS``. ``taken`` has splits already assigned, else -1."""
    where = np.maximum(taken, 0)
    for everyone in _by_label(labels).values():
        members = generator.permutation(everyone[taken[everyone] < 0])
        for_test = max(0, round(test * len(everyone)) - int((taken[everyone] == 2).sum()))
        for_validation = max(0, round(validation * len(everyone)) - int((taken[everyone] == 1).sum()))
        where[members[:for_test]] = 2
        where[members[for_test : for_test + for_validation]] = 1
    return where


def _by_label(labels: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """The indices of the texts of each label, ascending; labels in their order. Quick also for as many as texts."""
    names = sorted(set(labels))
    numbers = {name: number for number, name in enumerate(names)}
    of_text = np.fromiter((numbers[label] for label in labels), np.int64, len(labels))
    ordered, ends = np.argsort(of_text, kind="stable"), np.cumsum(np.bincount(of_text, minlength=len(names)))
    return dict(zip(names, np.split(ordered, ends[:-1]), strict=True)) if names else {}


def _assign_multi_label(
    label_sets: Sequence[tuple[str, ...]],
    shares: Sequence[float],
    generator: np.random.Generator,
    taken: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Split multi-label texts by iterative stratification (Sechidis et al. 2011).

    ``taken`` has splits already assigned, else -1.

    The next label is the one with the fewest unassigned texts. Each of these texts goes to the split that lacks most
    texts of this label; ties go to the split that lacks most texts. Texts without labels come last.
    """
    shares_ = np.array(shares)
    where = taken.copy()
    order = generator.permutation(len(label_sets))
    members: dict[str, list[int]] = {}
    totals: Counter[str] = Counter()
    for index in order.tolist():
        totals.update(label_sets[index])
        if taken[index] < 0:
            for name in label_sets[index]:
                members.setdefault(name, []).append(index)
    lacking = {name: shares_ * count for name, count in totals.items()}
    lacking_texts = shares_ * len(label_sets)
    for index in np.flatnonzero(taken >= 0).tolist():
        lacking_texts[taken[index]] -= 1
        for name in label_sets[index]:
            lacking[name][taken[index]] -= 1
    for label, index in _rarest_first(members, label_sets):
        wanted = lacking[label]
        # Rounding errors must not decide between splits.
        best = np.flatnonzero(wanted > wanted.max() - 1e-9)
        split = int(best[lacking_texts[best].argmax()])
        where[index] = split
        lacking_texts[split] -= 1
        for name in label_sets[index]:
            lacking[name][split] -= 1
    for index in order[where[order] < 0]:
        where[index] = split = int(lacking_texts.argmax())
        lacking_texts[split] -= 1
    return where


def with_validation_in_training(splits: dict[str, NDArray[np.int64]]) -> dict[str, NDArray[np.int64]]:
    """The splits of ``partition``, with the validation texts among the training texts, in the order of the texts.

    ``partition`` without validation texts would not do: other texts could then be those of the test.
    """
    joined = np.sort(np.concatenate([splits["train"], splits["validation"]]))
    return {**splits, "train": joined, "validation": joined[:0]}


def folded(
    texts: LabelledTexts,
    fold: int,
    folds: int,
    *,
    validation: float,
    test: float,
    seed: int,
    sets: NDArray[np.int64] | None = None,
) -> dict[str, NDArray[np.int64]]:
    """Indices of each split, in the order of the texts, with one of ``folds`` folds as validation texts.

    The sizes of the folds, in total and by label, differ by at most one (approximately for multi-label texts and for
    sets of texts that stay together). Every text outside the test split is in exactly one fold. The test texts are
    those of ``partition``.

    Args:
        fold: the fold for validation, from 1.
        validation: the fraction passed to ``partition``; for multi-label texts, it affects the test split.
        test: fraction of all texts for the test, 0 for none.
        seed: decides which text goes to which fold.
        sets: as for ``partition``.

    Raises:
        InputError: a label has fewer texts, or sets of texts, than there are folds.
    """

    def draw(fractions: Fractions, sets: NDArray[np.int64] | None) -> dict[str, NDArray[np.int64]]:
        in_test = _drawn(texts, (validation, fractions[1]), seed, sets)["test"]
        return {"train": np.setdiff1d(np.arange(len(texts)), in_test), "test": in_test}

    splits = draw((0.0, test), sets)
    if (problem := Draw(texts, (0.0, test), sets, draw).problem(splits)) is not None:
        raise InputError(problem)
    left, in_test = splits["train"], splits["test"]
    part = _folds_of(texts.chosen(left), folds, seed, None if sets is None else sets[left])
    return {"train": left[part != fold - 1], "validation": left[part == fold - 1], "test": in_test}


def _folds_of(texts: LabelledTexts, folds: int, seed: int, sets: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """The fold of each text, from 0."""
    if not texts.multi:
        _check_folds(folds, texts.label_sets, sets)
    part = stratified_folds(texts, folds, seed=seed, sets=sets)
    if lacking := folds - len(np.unique(part)):
        raise InputError(
            f"data.folds: {lacking:,} of {folds:,} folds would have no texts; use fewer folds, or add texts"
        )
    return part


def stratified_folds(
    texts: LabelledTexts, folds: int, *, seed: int, sets: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """The fold of each text, from 0, ``int64 [texts]``; as in ``folded``, but a fold may lack labels or have no text.

    Args:
        seed: decides which text goes to which fold.
        sets: as for ``partition``.
    """
    generator = np.random.default_rng([seed, 0xF01D])
    label_sets = texts.label_sets
    shares = [1 / folds] * folds
    taken = np.full(len(texts), -1, dtype=np.int32)
    if sets is not None:
        counts = Counter(name for names in label_sets for name in names)
        wanted = {name: [count / folds] * folds for name, count in counts.items()}
        taken = assign_sets(sets, label_sets, shares, wanted, np.random.default_rng([seed, 0x5E75]))
    if texts.multi:
        return _assign_multi_label(label_sets, shares, generator, taken).astype(np.int64)
    return _assign_to_folds(label_sets, folds, generator, taken).astype(np.int64)


def _check_folds(folds: int, label_sets: Sequence[tuple[str, ...]], sets: NDArray[np.int64] | None) -> None:
    """Raise ``InputError`` if a label cannot be in every fold."""
    counts = sets_of_label(sets, label_sets)
    rarest = min(counts, key=lambda label: (counts[label], label))
    if counts[rarest] < folds:
        found = f"{counts[rarest]:,} {'training text' if sets is None else 'set'}{'' if counts[rarest] == 1 else 's'}"
        what = "texts" if sets is None else "sets"
        why = "" if sets is None else " (equal texts, and texts of one data.group, are one set)"
        more = "add texts" if rarest == UNLABELLED else "add texts of that label"
        advice = f"use at most {counts[rarest]} folds" if counts[rarest] > 1 else more
        need = f"{what}, but found" if rarest == UNLABELLED else f'{what} of every label, but "{rarest}" has'
        raise InputError(f"data.folds: {folds} folds need {folds} {need} {found}{why}; {advice}")


def _assign_to_folds(
    label_sets: Sequence[tuple[str, ...]], folds: int, generator: np.random.Generator, taken: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Assign single-label texts to folds, from 0; ``taken`` has folds already assigned, else -1."""
    part = taken.copy()
    members = _by_label([name for (name,) in label_sets])
    free = {label: generator.permutation(places[taken[places] < 0]) for label, places in members.items()}
    if (taken < 0).all():
        ordered = np.concatenate(list(free.values()))
        part[ordered] = np.arange(len(ordered)) % folds  # round-robin, one label after another
        return part
    totals = np.bincount(taken[taken >= 0], minlength=folds)
    for label, places in free.items():
        found = np.bincount(taken[members[label]][taken[members[label]] >= 0], minlength=folds)
        smallest = [(int(found[fold]), int(totals[fold]), fold) for fold in range(folds)]
        heapq.heapify(smallest)
        for place in places.tolist():
            count, total, fold = smallest[0]
            part[place] = fold
            totals[fold] += 1
            heapq.heapreplace(smallest, (count + 1, total + 1, fold))
    return part


def _rarest_first(members: dict[str, list[int]], label_sets: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, int]]:
    """Every text with labels once, together with the label that selected it."""
    left = {name: len(texts) for name, texts in members.items()}
    waiting = [(count, name) for name, count in left.items()]  # also counts from before, which are passed over
    heapq.heapify(waiting)
    done: set[int] = set()
    while left:
        count, label = heapq.heappop(waiting)
        if left.get(label) != count:
            continue
        for index in members[label]:
            if index not in done:
                done.add(index)
                for name in label_sets[index]:
                    if name in left:
                        left[name] -= 1
                        heapq.heappush(waiting, (left[name], name))
                yield label, index
        del left[label]
