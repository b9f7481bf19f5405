"""``seqclf report``."""

from __future__ import annotations

from pathlib import Path

import click

from seqclf.cli.options import UserPath, runs_option
from seqclf.cli.run_argument import run_argument
from seqclf.cli.wrap import say


@click.command("report", short_help="Write the report of a run, or a page that compares runs.")
@run_argument("names", required=False, several=True)
@runs_option
@click.option(
    "--output",
    type=UserPath(path_type=Path),
    metavar="FILE",
    help="File to write. [default: report.html in the run, comparison.html in the folder of runs for several runs]",
)
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
def report_command(names: tuple[str, ...], runs: Path, output: Path | None, opens: bool) -> None:
    """Write the report of RUN, of classifiers and language models: one HTML file that needs no network, and runs no
    scripts.

    Without RUN, it is the newest finished run. For several runs, the page compares their scores, options and learning
    curves. For a cross-validation, it compares the folds. Only reports are replaced, never other files. The path is
    printed on standard output.
    """
    from seqclf.files import write_text
    from seqclf.report import comparison_of, folds_of, report_of
    from seqclf.run_catalogue.catalogue import find_entry

    found = [find_entry(runs, name) for name in names or (None,)]
    if (twice := next((one for place, one in enumerate(found) if one in found[:place]), None)) is not None:
        raise click.UsageError(f"{twice.name} is named twice")
    if len(found) > 1:
        path, text = comparison_of(found, runs, output)
    elif found[0].is_cross_validation:
        path, text = folds_of(found[0], output)
    else:
        path, text = report_of(found[0].run, output)
    write_text(path, text)
    click.echo(path)
    for problem in [one.problem for one in found if one.problem is not None]:
        say(f"warning: {problem}; the page lacks what it says", err=True)
    if opens and not _opened(path):
        say(f"No browser could be started; open {path} yourself.", err=True)


def _opened(path: Path) -> bool:
    import webbrowser

    try:
        return webbrowser.open(path.absolute().as_uri())
    except (webbrowser.Error, OSError):
        return False
