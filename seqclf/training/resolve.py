"""A config with what follows from the runs that it names: where the training starts, and who teaches. Imports no
TensorFlow."""

from __future__ import annotations

from pathlib import Path

from seqclf.config import Config
from seqclf.training.initialize import start
from seqclf.training.teachers.find import with_paths_of_teachers


def resolved(config: Config, runs: Path) -> Config:
    """The config with the absolute paths of the runs of ``initialize`` and ``training.teacher``, and with the options
    that follow from them; the config itself if it names no run.

    ``runs``: the folder of runs in which a name is looked up. Raises ``ConfigError`` if a run is missing or does not
    fit.
    """
    return with_paths_of_teachers(start.resolved(config, runs), runs)
