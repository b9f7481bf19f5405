"""Training, validation and test texts from the parts of a source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from seqclf.data.source import LabelledTexts
from seqclf.errors import InputError

_NAMES = ("train", "validation", "test")


def partition(texts: LabelledTexts, *, validation: float, test: float, seed: int) -> dict[str, NDArray[np.int64]]:
    """Indices of each split, in the order of the texts; every label is shared out in the same proportions.

    Args:
        validation: share of all texts for validation, 0 for none.
        test: likewise for the test.
        seed: decides who goes where.
    """
    if validation + test >= 1:
        raise InputError(f"data: validation ({validation}) and test ({test}) leave nothing to train on")
    generator = np.random.default_rng([seed, 0x5B117])
    if texts.multi:
        where = _shared_out(texts.label_sets, (1 - validation - test, validation, test), generator)
    else:
        where = _dealt(texts.labels, validation, test, generator)
    splits = {name: np.flatnonzero(where == code) for code, name in enumerate(_NAMES)}
    for name, share in (("validation", validation), ("test", test)):
        if share and not len(splits[name]):
            distinct = len({label for names in texts.label_sets for label in names})
            counts = f"{len(texts):,} texts with {distinct:,} labels"
            raise InputError(
                f"data.{name}: {share} of every label's texts is less than one text ({counts}); give more texts or a "
                "larger share, or name another column if those are no labels"
            )
    return splits


def _dealt(labels: Sequence[str], validation: float, test: float, generator: np.random.Generator) -> NDArray[np.int32]:
    """The split of each text by its one label, as a place in ``_NAMES``."""
    where = np.zeros(len(labels), dtype=np.int32)
    names = np.asarray(labels, dtype=object)
    for label in sorted(set(labels)):
        members = generator.permutation(np.flatnonzero(names == label))
        for_test = round(test * len(members))
        for_validation = round(validation * len(members))
        where[members[:for_test]] = 2
        where[members[for_test : for_test + for_validation]] = 1
    return where


def _shared_out(
    label_sets: Sequence[tuple[str, ...]], shares: Sequence[float], generator: np.random.Generator
) -> NDArray[np.int32]:
    """The split of each text by all of its labels (iterative stratification, Sechidis et al. 2011).

    The label with the fewest texts that have no split yet comes next. Each of them goes to the split that lacks most
    texts of that label; of several, to the one that lacks most texts. Texts without labels come last.
    """
    shares_ = np.array(shares)
    where = np.full(len(label_sets), -1, dtype=np.int32)
    order = generator.permutation(len(label_sets))
    members: dict[str, list[int]] = {}
    for index in order.tolist():
        for name in label_sets[index]:
            members.setdefault(name, []).append(index)
    lacking = {name: shares_ * len(texts) for name, texts in members.items()}
    lacking_texts = shares_ * len(label_sets)
    for label, index in _rarest_first(members, label_sets):
        wanted = lacking[label]
        # Steps of rounding are no reason to prefer a split.
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


def folded(
    texts: LabelledTexts, fold: int, folds: int, *, validation: float, test: float, seed: int
) -> dict[str, NDArray[np.int64]]:
    """Indices of each split, in the order of the texts, the validation texts being one of ``folds`` parts.

    The parts hold as many texts of each label, and as many in all, to within one (of lists of labels: about as many);
    each text outside of the test is in exactly one of them. The test texts are those of ``partition``.

    Args:
        fold: which part validates, from 1.
        validation: what ``partition`` would keep; with lists of labels it has a say in which texts are the test's.
        test: share of all texts for the test, 0 for none.
        seed: decides who goes where.

    Raises:
        InputError: a label has fewer texts than there are folds.
    """
    in_test = partition(texts, validation=validation, test=test, seed=seed)["test"]
    left = np.setdiff1d(np.arange(len(texts)), in_test)
    generator = np.random.default_rng([seed, 0xF01D])
    if texts.multi:
        part = _shared_out([texts.label_sets[i] for i in left], [1 / folds] * folds, generator)
        return {"train": left[part != fold - 1], "validation": left[part == fold - 1], "test": in_test}
    names = np.asarray(texts.labels, dtype=object)[left]
    counts = Counter(names)
    rarest = min(counts, key=lambda label: (counts[label], label))
    if counts[rarest] < folds:
        found = f"{counts[rarest]:,} training text{'' if counts[rarest] == 1 else 's'}"
        advice = f"ask for {counts[rarest]} at most" if counts[rarest] > 1 else "give more texts of that label"
        raise InputError(
            f'data.folds: {folds} folds need {folds} texts of every label, but "{rarest}" has {found}; {advice}'
        )
    dealt = np.concatenate([generator.permutation(np.flatnonzero(names == label)) for label in sorted(counts)])
    own = np.zeros(len(left), dtype=bool)
    own[dealt[fold - 1 :: folds]] = True  # dealt out like cards, label after label
    return {"train": left[~own], "validation": left[own], "test": in_test}


def _rarest_first(members: dict[str, list[int]], label_sets: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, int]]:
    """Every text that has labels once, with the label by which its turn came."""
    left = {name: len(texts) for name, texts in members.items()}
    done: set[int] = set()
    while left:
        label = min(left, key=lambda name: (left[name], name))
        for index in members[label]:
            if index not in done:
                done.add(index)
                for name in label_sets[index]:
                    if name in left:
                        left[name] -= 1
                yield label, index
        del left[label]
