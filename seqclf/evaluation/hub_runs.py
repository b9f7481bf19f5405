"""Models of a hub as runs that can be measured. What the hub does not have of a run is said, not guessed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqclf.config import Config
from seqclf.errors import InputError
from seqclf.files import shell_word
from seqclf.hub.download import downloaded
from seqclf.hub.names import HubName, hub_name, is_hub_name
from seqclf.run_choice import find_run
from seqclf.runs import CLASSIFICATION, Run


@dataclass(frozen=True)
class HubRun(Run):
    """A model of a hub, in the cache of downloads: nothing is written to its folder.

    Attributes:
        address: the name that it was asked for by.
    """

    address: HubName

    @property
    def name(self) -> str:
        return str(self.address)

    @property
    def is_own(self) -> bool:
        return False

    def write_metrics(self, split: str, metrics: dict[str, Any]) -> None:
        """Does nothing: the scores are those of the model's owner."""


def find_measurable(runs: Path, name: str | None) -> Run:
    """The run that ``find_run`` finds, or the classifier of a hub with the name ``hf:user/name``.

    Raises:
        InputError: there is none, or the hub has not what it is measured with.
        SeqclfError: the hub cannot be reached.
    """
    if name is None or not is_hub_name(name):
        return find_run(runs, name)
    address = hub_name(name)
    run = HubRun(downloaded(address), address)
    if missing := [path.name for path in (run.config, run.folder / "manifest.json") if not path.exists()]:
        raise InputError(
            f"{address}: has no {' and no '.join(missing)}, which eval reads; push it again with `seqclf push`, or "
            "measure the run itself"
        )
    if run.task != CLASSIFICATION:
        raise InputError(
            f"{address}: is a language model, which is measured as a run of yours only; here, `seqclf predict --score "
            f"--run {address} --input FILE` says how probable texts are for it"
        )
    return run


def check_texts(run: Run, config: Config, split: str, settings: tuple[str, ...]) -> None:
    """Raise ``InputError`` if a split of a hub's model is in files that only its owner has.

    Names of files in its config are not looked for in the current folder: another file may have the same name.

    Args:
        config: of the run, with ``settings``.
        settings: KEY=VALUE of ``--set``.
    """
    if run.is_own or "train" not in config.data.path_options:
        return
    parts = config.data.parts()
    part = split if isinstance(parts.get(split), str | Path) else "train"
    if any(setting.partition("=")[0].strip() == f"data.{part}" for setting in settings):
        return
    name = shell_word(run.name)
    raise InputError(
        f"{run.name}: the hub has the model, not its texts (data.{part} is {parts.get(part)} on its owner's machine); "
        f"give labelled texts: seqclf eval --run {name} --data FILE; or its own, if you have them: seqclf eval --run "
        f"{name} --split {split} --set data.{part}=PATH"
    )
