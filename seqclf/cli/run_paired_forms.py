"""The paired test of ``seqclf runs compare`` as JSON and as lines of values, and what to say beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqclf.cli.options import runs_argument
from seqclf.cli.run_paired import Tested
from seqclf.evaluation.paired_runs import WhyNot
from seqclf.evaluation.paired_words import ON_VALIDATION, conclusion
from seqclf.files import shell_word
from seqclf.run_catalogue.scores import TEST, VALIDATION
from seqclf.text.fields import split_fields

if TYPE_CHECKING:
    from seqclf.data.seen import Seen
    from seqclf.evaluation.differing import DifferingText
    from seqclf.run_answers import KeptAnswers
    from seqclf.run_catalogue.entry import Entry

_TO_MEASURE = (WhyNot.NO_ANSWERS, WhyNot.OUTDATED, WhyNot.DAMAGED)
"""What `seqclf eval` cures."""


def as_json(one: Tested | None) -> dict[str, Any] | None:
    """``runs`` has each run that was compared with ``against``, the first one."""
    if one is None:
        return None
    found, first = one.found, one.entries[0].name
    runs = {}
    for pair in found.pairs:
        values = {"conclusion": conclusion(one.outcome(pair)), **pair.comparison.to_json()}
        runs[one.entries[pair.place].name] = {**values, "p_value_holm": pair.adjusted}
    return {
        "split": found.split if found.pairs else None,
        "against": first,
        "runs": runs,
        "why_not": {one.entries[place].name: _reason(one.entries[place], why) for place, why in found.why_not.items()},
        "differing": one.differing if found.pairs else None,
        "texts": [_text(one, text) for text in one.texts],
    }


def _text(one: Tested, text: DifferingText) -> dict[str, Any]:
    multi = one.found.answers[0].labels.multi
    return {
        "place": text.place,
        "text": dict(zip(text.fields, split_fields(text.text), strict=True)) if text.fields else text.text,
        **({"labels": list(text.labels)} if multi else {"label": text.labels[0]}),
        "answers": {
            one.entries[place].name: _answer(answers, text.row) for place, answers in one.found.answers.items()
        },
    }


def _answer(answers: KeptAnswers, row: int) -> dict[str, Any]:
    names, predicted = [*answers.labels, *answers.more_labels], answers.predicted[row]
    if answers.labels.multi:
        return {"predictions": [names[label] for label in predicted.nonzero()[0].tolist()]}
    given = {} if answers.probabilities is None else {"probability": round(float(answers.probabilities[row]), 4)}
    return {"prediction": names[int(predicted)], **given}


def rows(one: Tested | None) -> Iterator[tuple[str, list[float | None]]]:
    """Lines of values, one for each classifier; the first one has none."""
    if one is None or not one.found.pairs:
        return
    pairs = {pair.place: pair for pair in one.found.pairs}
    for name in one.found.pairs[0].comparison.scores:
        found = {place: pair.comparison.scores.get(name) for place, pair in pairs.items()}
        values: dict[str, dict[int, float | None]] = {"difference": {}, "low": {}, "high": {}, "p_value": {}}
        for place, score in found.items():
            if score is not None:
                values["difference"][place] = score.difference
                for part in ("low", "high", "p_value"):
                    values[part][place] = getattr(score.spread, part)
        if len(pairs) > 1:
            values["p_value_holm"] = {place: pair.adjusted for place, pair in pairs.items()}
        for part, by_place in values.items():
            yield f"paired.{one.split}.{name}.{part}", [by_place.get(place) for place in range(len(one.entries))]


def notes(one: Tested, runs: Path) -> Iterator[str]:
    """Sentences about what the test does not say, and what to call for more."""
    if one.found.pairs:
        yield from _about_the_texts(one)
        if one.unread is not None:
            yield f"note: the texts that get different answers are not shown: {one.unread}{_how_to_see(one, runs)}"
    groups: dict[tuple[WhyNot, bool], list[int]] = {}
    for place, why in one.found.why_not.items():
        groups.setdefault((why, one.entries[place].is_cross_validation), []).append(place)
    for (why, _), places in groups.items():
        yield from _not_tested(one, places, why, runs)


def _how_to_see(one: Tested, runs: Path) -> str:
    """The command that shows texts which two runs answer differently, as they are now."""
    if len(one.found.pairs) > 1:
        return ""
    other, first = (_to_type(one.entries[place], runs) for place in (one.found.pairs[0].place, 0))
    of_split = "" if one.split == TEST else f" --split {one.split}"
    return f"; to predict them again: `seqclf eval{runs_argument(runs)} --run {other} --against {first}{of_split}`"


def _not_tested(one: Tested, places: list[int], why: WhyNot, runs: Path) -> Iterator[str]:
    entries, first = [one.entries[place] for place in places], one.entries[0].name
    names = ", ".join(entry.name for entry in entries)
    its = why.value if len(entries) == 1 else _of_many(why)
    if any(entry.is_cross_validation for entry in entries):
        its = "is a cross-validation, and its folds have other texts each"
        if len(entries) > 1:
            its = "are cross-validations, and their folds have other texts each"
    what = "there is no paired test" if 0 in places else f"{'it is' if len(entries) == 1 else 'they are'} not tested"
    against = "" if 0 in places else f" against {first}"
    remedy = ""
    if why in _TO_MEASURE:
        split = one.split or VALIDATION
        of_split = "" if split == TEST else f" --split {split}"
        name = _to_type(entries[0], runs)
        remedy = f"; `seqclf eval{runs_argument(runs)} --run {name}{of_split}` keeps them"
        its += f" to {split} texts" if why is WhyNot.NO_ANSWERS else ""
    if why is WhyNot.OTHER_TEXTS and len(one.entries) == 2 and one.entries[0].data == one.entries[1].data:
        other, own = (_to_type(entry, runs) for entry in (one.entries[1], one.entries[0]))
        command = f"`seqclf eval{runs_argument(runs)} --run {other} --against {own}`"
        remedy = f"; if they read other columns of the same rows, {command} tests them"
    yield f"note: {names} {its}, so {what}{against}{remedy}"


def _of_many(why: WhyNot) -> str:
    """The reason with a verb for several runs."""
    verb, _, rest = why.value.partition(" ")
    return f"{ {'is': 'are', 'has': 'have'}.get(verb, verb) } {rest}"


def _reason(entry: Entry, why: WhyNot) -> str:
    return "is a cross-validation" if entry.is_cross_validation else why.value


def _about_the_texts(one: Tested) -> Iterator[str]:
    """What the runs have seen of the texts."""
    if one.split == VALIDATION:
        yield f"note: {ON_VALIDATION}"
        return
    seen: dict[str, Seen | None] = {}
    for pair in one.found.pairs:
        outcome = one.outcome(pair)
        seen |= dict(zip(outcome.names, outcome.seen, strict=True))
    known = {name: found for name, found in seen.items() if found is not None and found.matters}
    if not known:
        return
    counts = "; ".join(f"{name} was {found.counts}" for name, found in known.items())
    favours = "the comparison says less about new texts"
    if len(known) < len(seen):
        favours = f"the comparison favours {'it' if len(known) == 1 else 'them'}"
    texts = one.found.pairs[0].comparison.texts
    yield f"warning: of these {texts:,} texts, {counts}; so {favours}"


def _to_type(entry: Entry, runs: Path) -> str:
    """The run as an argument of a command."""
    return shell_word(entry.name if entry.path.parent.absolute() == runs.absolute() else entry.path)
