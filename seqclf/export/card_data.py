"""The parts of a model card about data: the training texts, and how sure a score is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from seqclf.config import Config
from seqclf.config.shareable import last_name
from seqclf.data.unlabelled import UnlabelledCounts
from seqclf.labels import on_one_line
from seqclf.metrics.measured import Measured
from seqclf.run_teachers import known_to_teachers

_MOST_LABELS = 40
_MOST_TEACHERS = 10
_SPLITS = {"validation": "Validation", "test": "Test"}


def cell(text: str, most: int | None = None) -> str:
    """A text as a cell of a table, at most ``most`` characters."""
    return on_one_line(text, most).replace("|", "\\|")


def named(data: str) -> str:
    """The source of texts without the folders above it, which tell a reader of the card nothing."""
    return last_name(data) if data.startswith(("/", "~/")) or data[1:3] == ":\\" or "://" in data else data


def training_data(
    configs: Sequence[Config], manifest: Mapping[str, Any], shares: Mapping[str, float] | None
) -> Iterator[str]:
    """The section about the texts of the splits: their source, columns and labels, and who else judged them.

    Args:
        configs: of the models that this one is made of; all have the data of the first.
        shares: of the training texts, by label; None: unknown, or a language model.
    """
    data = configs[0].data
    yield "## Training data"
    yield ""
    number = manifest.get("training_texts")
    texts = "The training texts are" if number is None else f"It was trained on {number:,} texts"
    columns = ", ".join(f"`{on_one_line(name, None)}`" for name in data.fields)
    of_columns = f", from the columns {columns}" if columns else ""
    between = " " if number is None else " of "
    yield f"- {texts}{between}{cell(named(str(manifest['data'])))} (source `{data.source}`){of_columns}."
    for split, word in _SPLITS.items():
        if split == "validation" and not data.validates:
            continue
        if (line := _origin(data.parts()[split])) is not None:
            refit = split == "validation" and (manifest.get("ngrams") or {}).get("refit")
            use = "not trained on, but the n-grams were fitted to them as well" if refit else "not trained on"
            yield f"- {word} texts: {line}, {use}."
    if shares:
        shown = ", ".join(
            f"`{on_one_line(label)}` {100 * share:.1f} %" for label, share in list(shares.items())[:_MOST_LABELS]
        )
        more = len(shares) - _MOST_LABELS
        yield f"- Share of the training texts by label: {shown}" + (f" and {more:,} more." if more > 0 else ".")
    if data.unlabelled_part is not None:
        found = manifest.get("unlabelled_texts")
        known = UnlabelledCounts(**found).kept if isinstance(found, dict) else None
        yield f"- It also read {'' if known is None else f'{known:,} '}texts without labels."
    if teachers := _teachers(configs):
        yield (
            f"- It also learnt from what other models say about its texts: {teachers}. The texts that those were "
            "trained on are not listed here."
        )
    yield "- The texts are not part of the model. Words and parts of words from them are in its tokenizer."


def _teachers(configs: Sequence[Config]) -> str:
    """The names of the runs of ``training.teacher``; empty without one."""
    of_each = [config.training.teacher for config in configs]
    names = dict.fromkeys(last_name(run) for one in of_each if one is not None for run in one.runs)
    shown = [f"`{on_one_line(name)}`" for name in list(names)[:_MOST_TEACHERS]]
    return ", ".join(shown) + (f" and {len(names) - len(shown)} more" if len(names) > len(shown) else "")


def _origin(part: str | float | None) -> str | None:
    """Where the texts of a split come from; None if there are none."""
    if part is None or part == 0:
        return None
    if isinstance(part, str):
        return "a part of their own"
    return f"{100 * part:g} % of the training data" if part < 1 else f"{part:,.0f} of the training data"


def seen_texts(splits: Mapping[str, Measured]) -> Iterator[str]:
    """How many texts of a split the model was trained on, where that was counted and there are any."""
    for split, measured in splits.items():
        if measured.seen is not None and measured.seen.trained_on:
            yield ""
            yield (
                f"{measured.seen.trained_on:,} of the {measured.metrics.texts:,} {split} texts are equal to a training "
                "text, which makes the scores look better than they are."
            )


def known_texts(splits: Iterable[str], manifest: Mapping[str, Any]) -> Iterator[str]:
    """Which texts of a split the teachers of the model knew, where they knew enough to matter."""
    for split, known in known_to_teachers(manifest).items():
        if split in splits:
            yield ""
            yield (
                f"The models from which this one learnt knew {known.share} {split} texts, so "
                f"{known.effect.replace('the scores', f'the {split} scores')}."
            )


def interval_of(measured: Measured, name: str) -> str:
    """The 95 % interval of a score in brackets, after a blank; empty if it is unknown."""
    evaluation = measured.metrics.evaluation
    found = None if evaluation is None else evaluation.interval(name)
    return "" if found is None else f" ({found.low:.4f} to {found.high:.4f})"
