"""``seqclf eval`` of one classifier."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from seqclf.cli import eval_texts
from seqclf.cli.eval_form import Form, print_as_json, print_scores
from seqclf.cli.eval_inputs import encoded_texts, parallel_baseline
from seqclf.cli.eval_report import Scored, drop_outdated, keep_answers, keep_evidence, write_report
from seqclf.cli.eval_slices import Slicing
from seqclf.cli.given_texts import GivenTexts
from seqclf.cli.wrap import say
from seqclf.metrics.kinds import all_scores
from seqclf.metrics.measured import Measured
from seqclf.run_choice import named_with_status

if TYPE_CHECKING:
    from seqclf.cli.calibration_report import Answered
    from seqclf.evaluation.measurable import MeasurableClassifier
    from seqclf.evaluation.slices import Slice
    from seqclf.inference.bulk.target import Target
    from seqclf.runs import Run


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    Attributes:
        target: the file of ``--predictions``.
        prefix: of its new columns.
        report: keep with the run what a report shows of a split, and write it.
    """

    form: Form
    slicing: Slicing
    target: Target | None
    prefix: str
    report: bool = True


def eval_classifier(run: Run, given: GivenTexts, wanted: Wanted, *, threads: int | str) -> None:
    """Measure a classifier, print the metrics and write its predictions."""
    from seqclf.evaluation.measurable import open_measurable
    from seqclf.tasks.classification.kept import kept_answers
    from seqclf.tasks.classification.measure import probabilities_of

    config = given.config
    classifier, known = open_measurable(run, config, threads), run.data_fingerprints
    texts = encoded_texts(config, classifier, known, given.scored)
    predictions = None
    if wanted.target is not None:
        predictions = eval_texts.predictions_of(classifier, wanted.target, config, given.rows, prefix=wanted.prefix)
    with parallel_baseline(config, classifier, known, given.scored) as simple:
        began = time.perf_counter()
        metrics, logits = classifier.evaluate_each(texts)
        seconds = time.perf_counter() - began
        compared = simple()
    answers = kept_answers(texts, logits, classifier.labels, classifier.thresholds)
    measured = Measured(given.data, metrics, compared.beside(answers))
    probabilities = probabilities_of(logits, classifier.labels)
    before = {} if given.split is None else run.metrics
    measured = _with_texts_seen(run, given, measured)
    slices = None
    if wanted.form.as_json or wanted.slicing.names:
        slices = wanted.slicing.slices(classifier, given, texts, probabilities)
    from seqclf.cli.eval_abstention import abstention_on

    abstention = abstention_on(classifier, texts, probabilities)
    _print(run, given, measured, wanted, Beside(slices or {}, abstention))
    if predictions is not None:
        eval_texts.write_predictions(predictions, probabilities, given)
    if given.split is not None and run.is_own:
        scored = Scored(texts, answers, compared.linear, probabilities, seconds, slices)
        _keep(run, given, classifier, scored, wanted, before=before.get(given.split))


def _keep(
    run: Run, given: GivenTexts, classifier: MeasurableClassifier, scored: Scored, wanted: Wanted, *, before: Any
) -> None:
    """Keep with the run what it answered to the texts of a split, and what a report shows; ``before``: the entry of
    ``metrics.json`` that was replaced.

    Of validation texts that the n-grams were fitted to, everything stays as it was before.
    """
    assert given.split is not None
    refit = given.split == "validation" and run.was_fitted_to_validation
    same = True if refit else keep_answers(run, given, classifier, scored)
    if not wanted.report:
        drop_outdated(run, given.split, before, same_texts=same)
        return
    keep_evidence(run, given, classifier, scored)
    write_report(run, wanted.form)


def _with_texts_seen(run: Run, given: GivenTexts, measured: Measured) -> Measured:
    """The metrics, with how many of the texts the run has seen in training.

    Writes those of a split to the run, unless the n-grams were fitted to its texts.
    """
    split = given.split
    if split is None:
        return replace(measured, seen=eval_texts.texts_seen(run, given.texts))
    if split == "validation" and run.was_fitted_to_validation:
        return eval_texts.seen_by_ngrams(measured)  # metrics.json keeps the scores before the refit
    measured = replace(measured, seen=eval_texts.texts_seen_of_split(run, given, split))
    run.write_metrics(split, measured.to_json())
    return measured


@dataclass(frozen=True)
class Beside:
    """What is printed beside the metrics. ``abstention``: None if the run answers all texts."""

    slices: Mapping[str, Sequence[Slice]]
    abstention: Answered | None


def _print(run: Run, given: GivenTexts, measured: Measured, wanted: Wanted, beside: Beside) -> None:
    """Print the metrics on stdout."""
    from seqclf.runs import FINISHED

    form = wanted.form
    if form.scores:
        print_scores(form.scores, all_scores(measured.metrics))
        return
    if form.as_json:
        if run.manifest["status"] != FINISHED:
            say(f"Run {named_with_status(run, str(run.folder))}", err=True)
        from seqclf.evaluation.slices import slices_to_json

        more = {} if beside.abstention is None else {"abstention": beside.abstention.to_json()}
        print_as_json(run.name, given.split, {**measured.to_json(), "slices": slices_to_json(beside.slices), **more})
        return
    from seqclf.baseline.comparison import reported_score
    from seqclf.cli.eval_tables import show_metrics

    score = reported_score(given.config, multi=run.labels.multi)
    show_metrics(
        named_with_status(run),
        given.where,
        measured,
        score=score,
        text_alone=run.extra is not None,
        markdown=form.markdown,
        slices={name: beside.slices[name] for name in wanted.slicing.names},
    )
    if beside.abstention is not None:
        from seqclf.cli.eval_abstention import sentence

        say("")
        say(sentence(beside.abstention))
