"""``seqclf predict --score``: how probable texts are for a language model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from seqclf.cli.given_fields import GivenFields, given_fields
from seqclf.cli.streams import check_output, print_json
from seqclf.cli.typed_texts import in_batches, shown_text, typed_texts
from seqclf.cli.wrap import say
from seqclf.metrics.scores import number_of
from seqclf.text.unknown_parts import UnknownTally

if TYPE_CHECKING:
    from seqclf.cli.predict_request import FileRequest
    from seqclf.inference import TextScore
    from seqclf.runs import Run


def score_texts(
    run: Run,
    texts: tuple[str, ...],
    file: FileRequest,
    given: tuple[str, ...],
    *,
    threads: int | None,
    as_json: bool,
) -> None:
    """Print the score of each text, or write those of the rows of a file.

    Args:
        run: the run or exported folder of the language model.
        given: the values of ``--field``.
        threads: number of threads; None: one per core.
    """
    from seqclf.inference import Scorer

    scorer = Scorer.load(run.folder, threads=threads)
    tally = UnknownTally(scorer.tokenizer)

    def scored(joined: Sequence[str], _: object = None) -> list[TextScore]:
        scores = scorer.scores(joined)
        for text, score in zip(joined, scores, strict=True):
            tally.add(text, score.unknown)
        return scores

    if file.input_path is not None:
        from seqclf.cli.predict_file import RowModel, predict_rows
        from seqclf.inference.bulk.score_answers import ScoreAnswers

        predict_rows(RowModel(scored, ScoreAnswers(file.prefix), scorer.columns), run, file)
    else:
        _print_scores(scored, texts, given_fields(given, scorer.columns), as_json=as_json)
    if (warning := tally.warning()) is not None:
        say(warning, err=True)


def _print_scores(
    scored: Callable[[Sequence[str]], list[TextScore]], texts: tuple[str, ...], fields: GivenFields, *, as_json: bool
) -> None:
    if note := fields.note():
        say(note, err=True)
    for batch in in_batches(typed_texts(texts)):
        for text, score in zip(batch, scored(list(map(fields.joined, batch))), strict=True):
            if as_json:
                print_json(score.as_json(text))
            else:
                click.echo(_line(text, score))
        check_output()


def _line(text: str, score: TextScore) -> str:
    """``log-probability -35.1210  perplexity 12.346  bits per character 2.3456  the text``."""
    perplexity, bits = number_of("perplexity", score.perplexity), score.bits_per_character
    numbers = f"log-probability {score.log_probability:.4f}  perplexity {perplexity}  bits per character {bits:.4f}"
    unknown = f"  unknown {score.unknown} of {score.tokens - 1}" if score.unknown else ""
    return f"{numbers}{unknown}  {shown_text(text)}"
