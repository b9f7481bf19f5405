"""A grammar of synthetic film reviews in which word order determines the label.

Most reviews contain a favourable and an unfavourable word (or one word twice, once negated), and the label depends on
which of them finally describes the film: the same words in another order have the other label. On these reviews, a
model that only counts words is barely better than chance, while a recurrent model can reach 100 % accuracy.
"""

from __future__ import annotations

import random

LABELS = ("negative", "positive")

_ADJECTIVES = {
    "positive": (
        "brilliant charming clever compelling delightful elegant excellent fascinating funny good gorgeous great "
        "gripping inspired lovely memorable moving original perfect smart splendid superb thrilling wonderful"
    ).split(),
    "negative": (
        "awful bad bland boring clumsy confusing dreadful dull empty feeble forgettable hollow lifeless messy painful "
        "pathetic poor predictable shallow silly stale terrible tired weak"
    ).split(),
}  # fmt: skip
_FILMS = "film movie picture comedy thriller drama western sequel musical documentary".split()
_ASPECTS = "acting camera cast dialogue ending music pacing plot score script setting story".split()
_PEOPLE = ["the critics", "my brother", "the poster", "the trailer", "my neighbour", "the whole internet", "a friend"]
_OTHERS = ["the book", "the first part", "the play", "the original", "the series", "the remake"]
_OPENINGS = [
    "we saw it on a rainy sunday .",
    "i watched this {film} twice last year .",
    "it runs for two hours and tells of a family by the sea .",
    "the cinema was half full that night .",
    "a {film} about a detective , her dog and a long winter .",
    "they shot most of it in a small town .",
    "this {film} had been on my list for a while .",
]
_ENDINGS = [
    "that is all i have to say .",
    "it is out on disc next month .",
    "my sister fell asleep before the credits .",
    "we talked about it on the way home .",
    "the credits are long .",
]

# {yes} has the review's polarity and {no} the opposite one; swapping the two swaps the label.
_ORDER_DECIDES = [
    # contrast
    "the {aspect} is {no} , but the {film} as a whole is {yes} .",
    "although the {aspect} seemed {no} at first , in the end i found it all {yes} .",
    "what begins as a {no} {film} becomes a {yes} one .",
    "i expected something {no} and got something {yes} .",
    # negation
    "it is not {no} , it is {yes} .",
    "nobody could call this {film} {no} ; it is simply {yes} .",
    "the {aspect} is not {yes} , yet the {film} is {yes} .",
    "the {aspect} is {no} , yet the {film} is not {no} at all .",
    "the {film} is not {no} .",
    "not a {no} {film} , whatever {person} may say .",
    "i did not find the {film} {no} .",
    # the subject far from its verdict
    "the {film} , unlike {other} , which was {no} , is {yes} .",
    "the {film} that {person} , who loved the {no} {aspect} of {other} , told us about is {yes} .",
    "the {film} is , after all that {person} said about its {no} {aspect} , {yes} .",
    # the verdict first
    "the {film} is {yes} , which even a {no} {aspect} cannot change .",
    "a {yes} {film} in spite of its {no} {aspect} .",
    # someone else's opinion
    "{person} called it {no} ; to me it is {yes} .",
    "{yes} is what it is , whatever {person} may say of a {no} {aspect} .",
]
_WORDS_DECIDE = [
    "a {yes} {film} with a {yes} {aspect} .",
    "the {film} is {yes} .",
    "the {aspect} is {yes} and so is the rest of it .",
    "{person} called it {yes} , and it is {yes} .",
]
_SHARE_DECIDED_BY_WORDS = 0.2


def reviews(count: int, seed: int = 20) -> list[tuple[str, str]]:
    """``count`` distinct (review, label) pairs with balanced labels; the same pairs for the same seed."""
    draw = random.Random(seed)
    made: dict[str, str] = {}
    while len(made) < count:
        label = LABELS[len(made) % len(LABELS)]
        made.setdefault(_review(draw, label), label)
    return list(made.items())


def _review(draw: random.Random, label: str) -> str:
    opposite = LABELS[1 - LABELS.index(label)]
    patterns = _WORDS_DECIDE if draw.random() < _SHARE_DECIDED_BY_WORDS else _ORDER_DECIDES
    sentences = [draw.choice(patterns)]
    if draw.random() < 0.7:
        sentences.insert(0, draw.choice(_OPENINGS))
    if draw.random() < 0.3:
        sentences.append(draw.choice(_ENDINGS))
    return " ".join(sentences).format(
        yes=draw.choice(_ADJECTIVES[label]),
        no=draw.choice(_ADJECTIVES[opposite]),
        film=draw.choice(_FILMS),
        aspect=draw.choice(_ASPECTS),
        person=draw.choice(_PEOPLE),
        other=draw.choice(_OTHERS),
    )
