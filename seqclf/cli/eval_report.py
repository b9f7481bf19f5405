"""``seqclf eval``: keeps with the run what its model answered to each text of a split, and what a report shows."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqclf.cli.wrap import say
from seqclf.cli.written_report import written_report
from seqclf.labels import NO_LABELS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seqclf.cli.eval_form import Form
    from seqclf.cli.given_texts import GivenTexts
    from seqclf.config import Config
    from seqclf.data.encoded import EncodedTexts
    from seqclf.evaluation.evidence.content import Origin
    from seqclf.evaluation.evidence.make import Training
    from seqclf.evaluation.evidence.source import SplitTexts
    from seqclf.evaluation.measurable import MeasurableClassifier
    from seqclf.evaluation.slices import Slice
    from seqclf.run_answers import Bound, KeptAnswers
    from seqclf.runs import Run
    from seqclf.text.tokenizer import Tokenizer

_SHARE = 0.1  # of the time that a model takes for all texts, for explanations


@dataclass(frozen=True)
class Scored:
    """The texts of a split and what the model says about them.

    Attributes:
        answers: the model's.
        linear: those of the linear model, and what they belong to; None: unknown.
        probabilities: ``[texts, labels]``.
        seconds: that the model took for them.
        slices: by length, by label and by the columns of ``--slice``; None: not computed yet.
    """

    texts: EncodedTexts
    answers: KeptAnswers
    linear: tuple[KeptAnswers, Bound] | None
    probabilities: NDArray[np.floating]
    seconds: float
    slices: Mapping[str, Sequence[Slice]] | None


def keep_answers(run: Run, given: GivenTexts, classifier: MeasurableClassifier, scored: Scored) -> bool | None:
    """Keep the answers to the validation or test texts. What fails is a warning: the metrics are already printed.

    Returns whether these are the texts of the answers that the run had before; None if that is not known.
    """
    from seqclf.errors import InputError
    from seqclf.evaluation.against_linear import LINEAR, keep_linear
    from seqclf.evaluation.answers_store import read_answers, write_answers
    from seqclf.evaluation.evidence.source import SplitTexts
    from seqclf.run_answers import answers_file, fingerprint_of

    split, texts, labels = given.split, scored.texts, classifier.labels
    if split is None or split == "train":
        return None
    before = None
    with contextlib.suppress(InputError):  # it is replaced
        before = read_answers(run, split)
    source = SplitTexts.of(given.corpus, split, labels, texts, lambda: given.texts)
    digests = _digests(split, source)
    try:
        if digests is None:
            raise InputError(f"{source.part}: cannot be read again")
        write_answers(run, split, scored.answers, digests)
        keep_linear(run, split, scored.linear)
    except (InputError, ValueError, OSError) as error:
        for name in (None, LINEAR):  # metrics.json no longer has their scores
            answers_file(run.answers, split, name).unlink(missing_ok=True)
        say(f"warning: the answers to the {split} texts are not kept for runs compare: {error}", err=True)
        return None
    return None if before is None else before[1].texts == fingerprint_of(digests)


def drop_outdated(run: Run, split: str, before: Any, *, same_texts: bool | None = None) -> None:
    """Without a new report: delete what the run's report shows of a split if it is about other texts.

    Args:
        before: the entry of ``metrics.json`` that has just been replaced; None: there was none.
        same_texts: None: not known, so that the scores decide.
    """
    from seqclf.run_files import report_about

    path = run.evidence_file(split)
    if not path.exists() or same_texts or (same_texts is None and _are_alike(before, run.metrics.get(split))):
        return
    path.unlink()
    page = ""
    if report_about(run.report) is not None:  # not a page of the user
        run.report.unlink()
        page = f", and {run.report.name} with it; `seqclf report` writes the page again"
    say(f"note: {path} was about other texts than these, so it is removed{page}", err=True)


def _are_alike(before: Any, after: Any) -> bool:
    """Whether two entries of ``metrics.json`` seem to be of the same texts: equal in number, source and main scores."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return False
    numbers = ("accuracy", "loss", "perplexity")
    close = [math.isclose(before[name], after[name], rel_tol=1e-4) for name in numbers if name in before.keys() & after]
    return all(close) and all(before.get(name) == after.get(name) for name in ("data", "texts", "tokens"))


def keep_evidence(run: Run, given: GivenTexts, classifier: MeasurableClassifier, scored: Scored) -> None:
    """Write the evidence of a split of a classifier. What fails is a warning: the metrics are already printed."""
    from seqclf.evaluation.evidence.make import Model, data_evidence, find, with_findings, with_texts
    from seqclf.evaluation.evidence.mistakes import Judged
    from seqclf.evaluation.evidence.source import SplitTexts
    from seqclf.evaluation.evidence.store import write_evidence
    from seqclf.explanation.timed import LEAST_SECONDS, explainer_of

    split, texts = given.split, scored.texts
    assert split is not None
    if split == "validation" and run.was_fitted_to_validation:
        return  # metrics and evidence stay those before the refit
    with _warned():
        options, labels = classifier.config.tokenizer, classifier.labels
        source = SplitTexts.of(given.corpus, split, labels, texts, lambda: given.texts)
        origin = _origin(run, given.config, split, len(texts))
        model = Model(classifier.tokenizer, labels, options.max_tokens)
        evidence = data_evidence(origin, model, texts, _digests(split, source), _training(run, split))
        judged = Judged(labels, texts, scored.probabilities, classifier.thresholds)
        findings = find(judged, options.max_tokens, scored.slices, trained_on=split == "train")
        evidence = with_findings(evidence, findings)
        with _warned():
            explain = explainer_of(run, max(LEAST_SECONDS, _SHARE * scored.seconds))
            evidence = with_texts(evidence, findings, texts, source, truncate=options.truncate, explain=explain)
        write_evidence(run, evidence)


def keep_data_evidence(run: Run, config: Config, split: str, tokenizer: Tokenizer, texts: EncodedTexts) -> None:
    """Write the evidence of a split of a language model, which is about its texts alone."""
    from seqclf.data.corpus import Corpus
    from seqclf.evaluation.evidence.make import Model, data_evidence
    from seqclf.evaluation.evidence.source import SplitTexts
    from seqclf.evaluation.evidence.store import write_evidence

    with _warned():
        corpus = Corpus(config)
        source = SplitTexts.of(corpus, split, NO_LABELS, texts, lambda: corpus.texts(split))
        origin = _origin(run, config, split, len(texts))
        digests = _digests(split, source)
        write_evidence(run, data_evidence(origin, Model(tokenizer, NO_LABELS), texts, digests, _training(run, split)))


def write_report(run: Run, form: Form) -> None:
    """Write the report of the run; below tables, a line says where it is."""
    path = written_report(run, lambda warning: say(warning, err=True))
    if path is not None and not (form.scores or form.as_json or form.markdown):
        say(f"\nReport: {path}")


def _origin(run: Run, config: Config, split: str, texts: int) -> Origin:
    from seqclf.evaluation.evidence.content import Origin
    from seqclf.evaluation.evidence.store import model_fingerprint
    from seqclf.new_runs import now

    return Origin(config.data.describe(split), split, texts, now(), "eval", model_fingerprint(run))


def _digests(split: str, source: SplitTexts) -> NDArray[np.uint64] | None:
    """Digests of the texts: from the cache, or of the texts themselves; None if they cannot be read."""
    from seqclf.data.corpus import noted_digests
    from seqclf.errors import InputError

    try:
        return source.digests(noted_digests(split, source.corpus.fingerprint(split)))
    except (InputError, OSError):
        return None


def _training(run: Run, split: str) -> Training:
    """What is known of the training texts, for a split of others."""
    from seqclf.config import load_config
    from seqclf.data.seen import digests_of_split
    from seqclf.evaluation.evidence.make import Training
    from seqclf.evaluation.evidence.store import read_evidence

    if split == "train":
        return Training()
    stored = None
    with _warned("the report will lack the label counts of the training texts"):
        stored = read_evidence(run, "train")
    counts = {one.label: one.texts for one in stored.labels} if stored is not None and stored.labels else None
    return Training(digests_of_split(load_config(run.config), "train", run.data_fingerprints["train"]), counts)


@contextlib.contextmanager
def _warned(what: str = "the report will lack some of its parts") -> Iterator[None]:
    """Report what fails in the block as a warning."""
    try:
        yield
    except Exception as error:
        say(f"warning: {what}: {error or type(error).__name__}", err=True)
