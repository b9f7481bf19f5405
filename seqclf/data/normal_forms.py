"""Warnings about labels and texts that look the same but have different characters: Unicode normal forms."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from seqclf.config.problems import Problem
from seqclf.labels import on_one_line
from seqclf.sources.texts import LabelledTexts
from seqclf.tables.names import double_quoted
from seqclf.text.normal_form import NormalForm, normal_form

_NAMED = 3
_SHOWN = 40


def same_label_warning(labels: Collection[str]) -> str | None:
    """A warning about labels that differ only in their normal form; None if there are none."""
    written: dict[str, list[str]] = {}
    for label in labels:
        written.setdefault(unicodedata.normalize("NFC", label), []).append(label)
    same = {label: forms for label, forms in written.items() if len(forms) > 1}
    if not same:
        return None
    named = ", ".join(f'"{on_one_line(label)}" ({_both(forms)})' for label, forms in sorted(same.items())[:_NAMED])
    more = ", ..." if len(same) > _NAMED else ""
    return (
        f"labels that differ only in their Unicode normal form count as different labels: {named}{more}; write each in "
        "one form, such as NFC"
    )


def _both(forms: list[str]) -> str:
    return " and ".join(map(double_quoted, sorted(forms, key=len)))


@dataclass
class FormCounts:
    """Texts of a split by their normal form.

    Attributes:
        texts: number of texts.
        other: number of texts that are not in NFC.
        same: number of texts that differ from a text before only in their normal form.
        example: part of a text that is not in NFC.
    """

    texts: int = 0
    other: int = 0
    same: int = 0
    example: str = ""


def count_forms(splits: Mapping[str, Iterable[str]]) -> dict[str, FormCounts]:
    """The counts of each split; texts before are also those of splits before."""
    written: dict[bytes, bytes] = {}  # for each text in NFC, how it was written first
    counts = {name: FormCounts() for name in splits}
    for name, texts in splits.items():
        found = counts[name]
        for text in texts:
            found.texts += 1
            if text.isascii():
                continue
            composed = normal_form(text, "NFC")
            if composed != text:
                found.other += 1
                found.example = found.example or _example(text)
            digest = _digest(text)
            found.same += written.setdefault(_digest(composed), digest) != digest
    return counts


def normal_form_warnings(splits: Mapping[str, LabelledTexts], form: NormalForm) -> list[Problem]:
    """Warnings about texts in other normal forms than NFC; ``form``: the one in which the tokenizer reads texts."""
    warnings = []
    for name, found in count_forms({name: split.texts for name, split in splits.items()}).items():
        same = f"{found.same:,} of {found.texts:,} {name} texts differ from another only in their Unicode normal form"
        example = f"(such as {double_quoted(found.example)} for {double_quoted(normal_form(found.example, 'NFC'))})"
        if form != "none" and found.same:
            message = f"{same} {example}; the tokenizer reads them as equal"
            warnings.append(Problem(("data", name), message))
        elif form == "none" and found.other:
            message = (
                f"{found.other:,} of {found.texts:,} {name} texts are not in Unicode normal form NFC {example}: the "
                f"tokenizer reads equal words as different ones{f'; {same}' if found.same else ''}; set it to nfc"
            )
            warnings.append(Problem(("tokenizer", "normalize"), message))
    return warnings


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _example(text: str) -> str:
    """The first word of the text that is not in NFC, cut short."""
    return next((word for word in text.split() if normal_form(word, "NFC") != word), text)[:_SHOWN]
