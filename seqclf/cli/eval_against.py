"""``seqclf eval --against``: the evaluated run compared with another one on the same texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from seqclf.cli.against_found import Found
from seqclf.cli.eval_form import Form
from seqclf.cli.eval_inputs import encoded_texts
from seqclf.cli.given_texts import GivenTexts
from seqclf.cli.streams import print_json
from seqclf.cli.wrap import say
from seqclf.files import shell_word

if TYPE_CHECKING:
    from seqclf.evaluation.against import Opponent
    from seqclf.runs import Run


def opponent_of(name: str, runs: Path, run: Run, form: Form) -> Opponent:
    """The run of ``--against``. Raises ``InputError`` as ``find_opponent``, and for scores that are not compared."""
    from seqclf.errors import InputError
    from seqclf.evaluation.against import find_opponent
    from seqclf.tasks.classification.resampled_scores import NOT_COMPARED

    if refused := [score for score in form.scores if score in NOT_COMPARED]:
        raise InputError(f"--metric {refused[0]}: is an end of an interval, which is not compared; name accuracy")
    return find_opponent(runs, name, run)


def eval_against(run: Run, given: GivenTexts, opponent: Opponent, *, form: Form, threads: int | str) -> None:
    """Predict the texts with both runs, and print how they compare."""
    found = _compare(run, given, opponent, scores=form.scores, threads=threads)
    for sentence in _warnings(found):
        say(sentence, err=True)
    if "loss" in found.comparison.scores and (run.calibration is None) != (opponent.run.calibration is None):
        one = found.names[run.calibration is None]
        say(f"note: only {one} is calibrated (seqclf calibrate), which lowers the loss, but changes no label", err=True)
    if form.as_json:
        from seqclf.cli.against_json import as_json

        print_json(as_json(found, given.split))
        return
    from seqclf.cli.against_report import show_comparison

    show_comparison(found, markdown=form.markdown)


def _compare(run: Run, given: GivenTexts, opponent: Opponent, *, scores: tuple[str, ...], threads: int | str) -> Found:
    from seqclf.data.encode import encode_texts
    from seqclf.evaluation.against import as_read_by, seen_by
    from seqclf.evaluation.comparison import compared, usual_scores
    from seqclf.evaluation.measurable import open_measurable
    from seqclf.tasks.classification.answers import Answers

    config, labels, split = given.config, run.labels, given.split
    classifier = open_measurable(run, config, threads)
    encoded = encoded_texts(config, classifier, run.data_fingerprints, given.scored)
    first = Answers.to(encoded, classifier.logits(encoded), labels, run.thresholds)
    read = as_read_by(opponent, config, given.texts, given.rows, as_given=given.text_named)
    kept = given.kept(labels)
    other = open_measurable(opponent.run, config, threads)
    read_again = read if kept is None else read.chosen(kept)
    again = encode_texts(read_again, other.tokenizer, other.labels, given.unknown_labels, extra=other.extra)
    second = Answers.to(encoded, opponent.in_order(other.logits(again)), labels, opponent.thresholds)
    names = scores or usual_scores(labels.multi)
    places = encoded.counted
    if kept is not None:
        places = kept[places]
    return Found(
        _names(run, opponent.run),
        given.where,
        given.texts.chosen(places),
        places,
        config.data.fields,
        (first, second),
        compared(first, second, names, label_names=(*labels, *encoded.more_labels)),
        (seen_by(run, config, given.texts, split), seen_by(opponent.run, opponent.config, read)),
    )


def _names(run: Run, other: Run) -> tuple[str, str]:
    return (run.name, other.name) if run.name != other.name else (str(run.folder), str(other.folder))


def _warnings(found: Found) -> Iterator[str]:
    """Sentences about texts that the runs have seen in training, which speak for them."""
    favours = "the comparison favours it"
    if all(seen is not None and seen.matters for seen in found.seen):
        many = any(seen is not None and seen.are_many for seen in found.seen)
        favours = f"the comparison says {'little' if many else 'slightly less'} about new texts"
    first, second = found.seen
    named = list(zip((f"{name} was" for name in found.names), found.seen, strict=True))
    if first == second:
        named = [(f"{' and '.join(found.names)} were", first)]
    for who, seen in named:
        if seen is not None and seen.counts:
            advice = f", so {favours}; give texts that neither run has seen with --data" if seen.matters else ""
            yield f"{'warning' if seen.matters else 'note'}: {who} {seen.counts} of these {seen.texts:,} texts{advice}"
    for name, seen in zip(found.names, found.seen, strict=True):
        if seen is not None and seen.known_to_teachers:
            which = "all" if seen.known_to_teachers == seen.texts else f"{seen.known_to_teachers:,}"
            knew = f"teachers of {name} knew {which} of these {seen.texts:,} texts, so its scores are too good"
            yield f"warning: {knew}; `seqclf runs show {shell_word(name)}` says more"
