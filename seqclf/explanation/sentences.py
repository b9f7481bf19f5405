"""What is said about an explanation, in terminals and on pages."""

from __future__ import annotations

from collections.abc import Iterator

from seqclf.explanation.attribution import Attribution, ScoredWord
from seqclf.explanation.segments import visible
from seqclf.inference.prediction import Prediction
from seqclf.labels import on_one_line
from seqclf.text.unknown_parts import listed

METHODS = {
    "occlusion": "A word's score is what the log-odds of the label lose if the word is left out.",
    "integrated-gradients": "A word's score is its integrated gradient: the part of the log-odds of the label that its "
    "vectors and n-grams add, compared with a text that says nothing.",
}
"""What a score is, by method."""


def title(attribution: Attribution, prediction: Prediction) -> str:
    """The label with its probability, and what the run predicts if that is another label."""
    against = "" if attribution.against is None else f", against {on_one_line(attribution.against)}"
    what = f"{on_one_line(attribution.label)} {attribution.probability:.4f}{against}"
    if any(name == attribution.label for name, _ in prediction.chosen):
        return what
    if prediction.is_multi and prediction.label is not None:
        return f"{what} (not predicted)"
    if prediction.chosen:
        label, probability = prediction.chosen[0]
        return f"{what} (predicted: {on_one_line(label)} {probability:.4f})"
    return f"{what} (no label: the run abstains)"


def sum_of(attribution: Attribution) -> str:
    """How the scores make up the log-odds: ``Log-odds +2.61 = +0.21 (no words) +1.90 (each word alone) ...``."""
    words = attribution.output - attribution.baseline - attribution.remainder
    if attribution.method == "occlusion":
        names = ("no words", "each word alone", "combinations")
    else:
        names = ("if no word said anything", "the words", "error of the integral")
    of = "" if attribution.against is None else f" of {_name(attribution.label)} to {_name(attribution.against)}"
    values = (attribution.baseline, words, attribution.remainder)
    parts = " ".join(f"{signed(value)} ({name})" for value, name in zip(values, names, strict=True))
    return f"Log-odds{of} {signed(attribution.output)} = {parts}"


def notes(attribution: Attribution) -> Iterator[str]:
    """What a reader should know beside the scores."""
    read = [word for word in attribution.words if word.score is not None]
    if not attribution.words:
        yield "The text has no words for the run to read."
    elif not attribution.is_known:
        yield "The run knows no word of this text; its answer is one for all such texts."
    elif unknown := [word for word in read if not word.known]:
        yield f"Unknown to the run: {listed(_names(attribution, unknown))}."
    if unread := len(attribution.words) - len(read):
        yield f"{unread:,} of {len(attribution.words):,} words are not read (tokenizer.max_tokens)."
    if shared := sum(word.together > 1 for word in read):
        yield (
            f"{shared:,} words have an equal share of the score of their group; --most-calls {len(read)} looks at each "
            "word."
        )


def signed(score: float) -> str:
    """A score with its sign: ``+1.25``."""
    return f"{round(score, 2) + 0.0:+.2f}"  # no -0.00


def score_of(word: ScoredWord) -> str:
    """The score of a word that is read. Its sign stays if it is rounded to zero: it says which side the word is on."""
    return f"{word.score or 0.0:+.2f}"


def one_line(text: str) -> str:
    """A word or label on one line without what controls terminals and pages."""
    return " ".join(visible(text, joiners=True).split())


def _name(label: str) -> str:
    return f'"{on_one_line(label)}"'


def _names(attribution: Attribution, words: list[ScoredWord]) -> list[str]:
    return list(dict.fromkeys(visible(attribution.text_of(word)) for word in words))
