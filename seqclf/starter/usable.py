"""Check that a classifier can be trained on the texts and labels, and that other parts match them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from seqclf.column_values import not_as_written
from seqclf.data.label_sets import all_the_same, label_order, labels_a_text
from seqclf.data.label_spelling import spelled_alike
from seqclf.errors import InputError
from seqclf.sources.texts import LabelledTexts

LEAST_TEXTS = 20
_LEAST_TEXTS_A_LABEL = 4
_LABELS_SHOWN = 6


def is_number(label: str) -> bool:
    try:
        return float(label) == float(label)
    except ValueError:
        return False


def check_texts(path: str, texts: LabelledTexts) -> None:
    """Raise ``InputError`` if no classifier can be trained on these texts and labels."""
    labels = Counter(name for names in texts.label_sets for name in names)
    count = len(texts)
    another = "add a folder for each label" if Path(path).is_dir() else "name another column with --label"
    if not any(text.strip() for text in texts.texts):
        raise InputError(f"{path}: every text is empty; name another column with --text")
    if all(number == count for number in labels.values()):
        raise InputError(f"{path}: {all_the_same(list(labels), texts.multi)}; {another}")
    if len(labels) > max(2, count // _LEAST_TEXTS_A_LABEL):
        if all(is_number(label) or not_as_written(label) for label in labels):
            cure = (
                "if they are numbers to predict, group them into a few classes; else name another column with --label"
            )
        else:
            cure = "name another column with --label, or use --label-separator if a field contains several labels"
        raise InputError(f"{path}: {len(labels):,} different labels for {count:,} texts; {cure}")
    if count < LEAST_TEXTS:
        what = f"{count} text{'' if count == 1 else 's'}"
        raise InputError(f"{path}: has {what}; a classifier needs at least {LEAST_TEXTS}, better hundreds")


class PartChecks:
    """Checks validation and test parts against the training texts, and remembers labels that these lack.

    Args:
        read: reads a part, or some of its rows, like the training texts. Raises ``InputError`` on failure.
    """

    def __init__(self, train: LabelledTexts, read: Callable[[str], LabelledTexts]) -> None:
        self._multi = train.multi
        self._known = {name for names in train.label_sets for name in names}
        self._read = read
        self._unknown: dict[Path, tuple[str, ...]] = {}

    def __call__(self, part: str) -> None:
        """Raise ``InputError`` for a part that training cannot use or that measures nothing."""
        texts = self._read(part)
        if texts.multi != self._multi:
            found, expected = labels_a_text(texts.multi), labels_a_text(self._multi)
            raise InputError(f"{part}: has {found}, but the training texts have {expected}")
        texts, _ = spelled_alike(texts, self._known)
        unknown = label_order({name for names in texts.label_sets for name in names} - self._known)
        by_case = {name.casefold(): name for name in self._known}
        for name in unknown:
            if (other := by_case.get(name.casefold())) is not None:
                raise InputError(f'{part}: has the label "{name}", the training texts have "{other}"; use one')
        affected = sum(not self._known.issuperset(names) for names in texts.label_sets)
        if 2 * affected > len(texts):
            raise InputError(
                f"{part}: most of its texts ({affected:,} of {len(texts):,}) have labels that the training texts lack "
                f"({_some(unknown)})"
            )
        self._unknown[Path(part).absolute()] = unknown

    def options(self, splits: Mapping[str, Any]) -> dict[str, str]:
        """The options of ``data`` needed to read the chosen parts."""
        return {"unknown_labels": "wrong"} if any(self._unknown_of(splits)) else {}

    def notes(self, splits: Mapping[str, Any]) -> Iterator[str]:
        """Notes on the chosen parts."""
        for split, unknown in self._unknown_of(splits):
            yield (
                f"the {split} texts have labels that the training texts lack ({_some(unknown)}): unknown_labels: wrong "
                "counts such texts as errors; drop omits them"
            )

    def _unknown_of(self, splits: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
        for split, part in splits.items():
            if isinstance(part, str) and (unknown := self._unknown.get(Path(part).absolute())):
                yield split, unknown


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:_LABELS_SHOWN]) + (", ..." if len(names) > _LABELS_SHOWN else "")
