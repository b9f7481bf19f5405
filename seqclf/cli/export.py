"""``seqclf export``."""

from __future__ import annotations

from pathlib import Path

import click

from seqclf.cli.options import allow_code_option, run_option, runs_option


@click.command("export", short_help="Give a run's SavedModel, which takes raw text.")
@runs_option
@run_option
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    help="Folder to write. [default: where training left it, in the run]",
)
@allow_code_option
def export_command(runs: Path, run_name: str | None, target: Path | None) -> None:
    """Give a run's SavedModel: raw text in, labels and probabilities out, with TensorFlow alone.

    Prints the SavedModel's folder.
    """
    from seqclf.cli.start import start_tensorflow
    from seqclf.export.folder import copy_saved_model
    from seqclf.runs import find_run

    run = find_run(runs, run_name)
    if not run.saved_model.is_dir():
        start_tensorflow()
        from seqclf.evaluation.classifier import Classifier
        from seqclf.export.saved_model import export_saved_model

        classifier = Classifier.load(run)
        export_saved_model(
            classifier.model,
            classifier.config,
            classifier.tokenizer,
            classifier.labels,
            run.saved_model,
            classifier.thresholds,
        )
    if target is not None:
        copy_saved_model(run.saved_model, target)
    click.echo(target or run.saved_model)
