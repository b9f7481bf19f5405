"""What ``seqclf runs best`` says about its choice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from seqclf.files import shell_word
from seqclf.metrics.scores import number_of, words_of
from seqclf.run_catalogue.scores import TEST

if TYPE_CHECKING:
    from seqclf.run_catalogue.choice import Best

_NAMED = 5  # runs


def sentences(best: Best) -> Iterator[str]:
    what = f"{best.split} {words_of(best.score)} {number_of(best.score, best.value)}"
    only = "the only run to choose from" if best.known else "the only run with this score"
    rank = f"the best of {best.compared:,} runs" if best.compared > 1 else only
    yield f"{best.entry.name}: {what}, {rank}"
    if best.ties:
        yield f"As good, but older: {_few(best.ties)}"
    if best.without:
        yield f"Without this score: {_few(best.without)}"
    if best.known:
        yield _about_teachers(best)
    if best.compared > 1 and best.same_texts is False:
        yield (
            f"warning: these runs were measured on different {best.split} texts, so their scores do not compare well; "
            "choose among runs on the same data with --data or --name"
        )
    if best.split == TEST:
        yield "warning: chosen by test scores, which measure the chosen run no more; better: --split validation"


def _about_teachers(best: Best) -> str:
    """Runs with scores that are too good, because their teachers knew the texts."""
    if best.is_doubtful:
        return too_good(best.known, best.split)
    return f"Left out, because their teachers knew {best.split} texts, {_effect(best.split)}: {_few(best.known)}"


def too_good(names: Sequence[str], split: str) -> str:
    """The warning about runs whose teachers knew texts of the split."""
    what = f"the teachers of {_few(names)} knew {split} texts, {_effect(split)}"
    return (
        f"warning: {what}; `seqclf runs show {shell_word(names[0]) if len(names) == 1 else 'RUN'}` says how to cure it"
    )


def _effect(split: str) -> str:
    return f"so the {split} scores are too good"


def _few(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
