"""``seqclf generate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.generated import as_object, cut_off, print_text, prompt_of, stop_warning
from seqclf.cli.options import MOST_THREADS, json_option, run_or_hub_option, runs_option
from seqclf.cli.streams import check_output, print_json
from seqclf.cli.value_types import Real, Whole
from seqclf.cli.wrap import say
from seqclf.config_option import section_of
from seqclf.run_choice import LATEST, named_with_status

if TYPE_CHECKING:
    from seqclf.generation.prompt import Prompt
    from seqclf.runs import Run

_MOST_SEED = 2**32 - 1


def _not_empty(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    if "" in values:
        raise click.BadParameter("expected a text that is not empty")
    return values


def _reads_forward(run: Run) -> bool:
    task = section_of(run.config, "task")
    return not isinstance(task, dict) or task.get("direction") != "backward"


def _warn_of(prompt: Prompt) -> None:
    """Say what of the prompt the model does not read."""
    if prompt.unknown:
        say(f"Warning: the model does not know {prompt.listed()}, which the prompt contains", err=True)
    if prompt.unread:
        say(
            f"Warning: the model does not read {prompt.unread!r} at the end of the prompt, which is no complete token; "
            "the text continues before it. Leave it out, or write more",
            err=True,
        )


@click.command("generate")
@click.argument("prompt", required=False, default="", metavar="[PROMPT]")
@run_or_hub_option
@runs_option
@click.option(
    "--tokens",
    type=Whole(min=1),
    metavar="N",
    default=200,
    show_default=True,
    help="Maximum number of tokens after the prompt.",
)
@click.option(
    "--temperature",
    type=Real(min=0),
    metavar="T",
    default=0.8,
    show_default=True,
    help="Below 1: more of what is probable; above 1: more surprising; 0: always the most probable token.",
)
@click.option("--top-k", type=Whole(min=1), metavar="K", help="Choose among the K most probable tokens. [default: all]")
@click.option(
    "--top-p",
    type=Real(0, 1, min_open=True),
    metavar="P",
    help="Choose among the fewest most probable tokens that together have the probability P. [default: all]",
)
@click.option(
    "--seed",
    type=Whole(0, _MOST_SEED),
    metavar="S",
    help="The same seed makes the same text again; further samples have S + 1, S + 2, ... [default: a random one]",
)
@click.option("--samples", type=Whole(min=1), metavar="N", default=1, show_default=True, help="Number of texts.")
@click.option(
    "--stop",
    multiple=True,
    metavar="TEXT",
    callback=_not_empty,
    help="End before this text. Repeatable.",
)
@click.option(
    "--threads",
    type=Whole(1, MOST_THREADS),
    metavar="N",
    default=1,
    show_default=True,
    help="Number of threads. More than one is faster only for wide models.",
)
@json_option
def generate_command(
    prompt: str,
    *,
    runs: Path,
    run_name: str | None,
    seed: int | None,
    samples: int,
    threads: int,
    as_json: bool,
    **options: Any,
) -> None:
    """Continue PROMPT with a language model, or make a text from nothing. The PROMPT ``-`` reads standard input,
    without the line end at its end. Put ``--`` before a prompt that starts with a dash.

    Prints the prompt and the text after it, as it is made. The text ends where the model ends it, after --tokens, or
    before a --stop. With --json, prints an object for each sample: prompt, text (without the prompt), tokens, ending
    ("end of text", "tokens" or "stop"), seed and seconds.
    """
    from seqclf.evaluation.opening import find_model
    from seqclf.generation.generator import Generator, Request, random_seed
    from seqclf.runs import LANGUAGE_MODEL

    is_random = options["temperature"] > 0
    if samples > 1 and not is_random:
        raise click.UsageError("--samples: with --temperature 0 all would be equal; choose another temperature")
    if seed is not None and seed + samples - 1 > _MOST_SEED:
        raise click.UsageError(f"--seed: the last sample would have a seed above {_MOST_SEED}; choose a smaller one")
    run = find_model(runs, run_name, LANGUAGE_MODEL, prefers=_reads_forward)
    text = prompt_of(prompt)
    if run_name in (None, LATEST) and run.has_manifest:
        say(f"Run {named_with_status(run, str(run.folder))}", err=True)
    generator = Generator.load(run.folder, threads=threads)
    read = generator.prompt(text)
    _warn_of(read)
    for stop in options["stop"]:
        if (warning := stop_warning(stop, generator.tokenizer)) is not None:
            say(warning, err=True)
    first, cut = random_seed() if seed is None else seed, 0
    if seed is None and is_random:
        say(f"Seed {first}", err=True)
    for number in range(samples):
        own = first + number
        continuation = generator.continuation(read, Request(seed=own, **options))
        if as_json:
            print_json(as_object(text, continuation, own if is_random else None))
            check_output()
            continue
        if samples > 1:
            click.echo(f"--- sample {number + 1} of {samples}, seed {own}")
        print_text(text, continuation)
        cut += continuation.ending == "tokens"
    if cut:
        say(cut_off(cut, samples, options["tokens"]), err=True)
