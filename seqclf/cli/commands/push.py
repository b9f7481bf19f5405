"""``seqclf push``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqclf.cli.options import allow_code_option, check_utf8, runs_option
from seqclf.cli.run_argument import run_argument
from seqclf.cli.value_types import OneOf
from seqclf.cli.wrap import say

if TYPE_CHECKING:
    from seqclf.export.card_calls import Format
    from seqclf.hub.names import HubName


@click.command("push", short_help="Upload a run's model to a hub.")
@runs_option
@run_argument()
@click.argument("name", metavar="USER/NAME")
@click.option(
    "--format",
    "forms",
    type=OneOf(["onnx", "saved_model", "keras"]),
    multiple=True,
    default=["onnx"],
    show_default=True,
    help="onnx: what predict and generate read. saved_model: for TensorFlow alone. keras: for further training. "
    "Repeatable.",
)
@click.option("--private", is_flag=True, help="Make a new repository private.")
@click.option("--revision", metavar="BRANCH", help="Branch to write to, made if it is missing. [default: main]")
@click.option(
    "--license", "license_", metavar="ID", callback=check_utf8, help="Licence, such as apache-2.0, for the card."
)
@click.option("--language", "languages", metavar="CODE", multiple=True, help="Language, such as en. Repeatable.")
@click.option(
    "--dataset", "datasets", metavar="ID", multiple=True, help="The hub's name of the training data. Repeatable."
)
@click.option("--message", metavar="TEXT", callback=check_utf8, help="Message of the commit.")
@click.option("--history", is_flag=True, help="Also upload history.jsonl, the losses of the training.")
@click.option("--dry-run", is_flag=True, help="Print the files, their sizes and the card; upload nothing.")
@allow_code_option
def push_command(
    *,
    runs: Path,
    run: str,
    name: str,
    forms: tuple[Format, ...],
    private: bool,
    revision: str | None,
    license_: str | None,
    languages: tuple[str, ...],
    datasets: tuple[str, ...],
    message: str | None,
    history: bool,
    dry_run: bool,
) -> None:
    """Upload the model of RUN to USER/NAME on the Hugging Face hub, or the hub of HF_ENDPOINT, and print its address.

    The repository is made if it is missing, public unless --private. The upload contains the model, its tokenizer,
    labels, config.yaml, manifest.json, metrics.json and a card, README.md; no training texts, and names of files
    instead of paths. The token is that of `hf auth login`, or HF_TOKEN. Later, `seqclf predict --run hf:USER/NAME`
    downloads the model.
    """
    from seqclf.cli.shared_folder import Shared, fill
    from seqclf.export.hub_card import Given
    from seqclf.hub.names import hub_name
    from seqclf.hub.upload import Upload, check_token, upload
    from seqclf.run_choice import find_run

    target = _target(hub_name(name), revision)
    found = find_run(runs, run)
    if not dry_run:
        check_token(target)
    shared = Shared(tuple(dict.fromkeys(forms)), history)
    with tempfile.TemporaryDirectory(prefix="seqclf-push-") as temporary:
        folder = Path(temporary)
        fill(folder, found, shared, Given(str(target), license_, languages, datasets))
        if dry_run:
            _show(folder)
            return
        say(f"Pushing {found.folder} to {target.repository}: {_size(folder)}", err=True)
        address = upload(folder, target, Upload(message or f"Upload {found.name} with seqclf", private))
    say(f"Next: seqclf predict --run {target} 'a text'", err=True)
    click.echo(address)


def _target(name: HubName, revision: str | None) -> HubName:
    """The name with the branch of ``--revision``. Raises ``UsageError`` if both name one."""
    from dataclasses import replace

    from seqclf.hub.names import check_revision

    if revision is None:
        return name
    if name.revision is not None:
        raise click.UsageError(f"--revision {revision} and @{name.revision} both name a branch; omit one of them")
    check_revision(revision, "--revision")
    return replace(name, revision=revision)


def _size(folder: Path) -> str:
    from seqclf.hub.upload import files_of
    from seqclf.quantities import in_bytes

    files = files_of(folder)
    return f"{len(files)} files, {in_bytes(sum(size for _, size in files))}"


def _show(folder: Path) -> None:
    """Print the files with their sizes, and the card."""
    from seqclf.export.hub_card import HUB_CARD
    from seqclf.hub.upload import files_of
    from seqclf.quantities import in_bytes

    files = files_of(folder)
    for name, size in files:
        click.echo(f"{in_bytes(size):>6}  {name}")
    say(f"Nothing was uploaded: {_size(folder)}; the card, {HUB_CARD}, follows", err=True)
    click.echo(f"\n{(folder / HUB_CARD).read_text(encoding='utf-8')}", nl=False)
