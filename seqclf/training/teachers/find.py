"""Finds the teachers of a config, and checks what can be known about them before any text is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from seqclf.config import Config
from seqclf.config.problems import ConfigError, Problem
from seqclf.errors import InputError
from seqclf.files import expanded, shell_word
from seqclf.runs import FINISHED, Run
from seqclf.sources.texts import digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RUNS = ("training", "teacher", "runs")


@dataclass(frozen=True)
class Teacher:
    """A classifier that a model learns from.

    Attributes:
        run: a run or an exported folder; its path is absolute.
    """

    run: Run

    @property
    def name(self) -> str:
        return self.run.name

    @cached_property
    def fingerprint(self) -> str:
        """Digest of its model, and of the texts that it was trained on, which decide what it is asked."""
        from seqclf.evaluation.evidence.store import model_fingerprint

        fitted = self.run.has_manifest and self.run.was_fitted_to_validation
        texts = [sorted(known.items()) for _, known in self.trainings or ()]
        return digest(model_fingerprint(self.run), fitted, self.trainings is None, texts)

    @cached_property
    def trainings(self) -> Sequence[tuple[Config, Mapping[str, str]]] | None:
        """The config and the fingerprints of the texts of each training that it is from; None: they are not known."""
        from seqclf.ensemble_recipe import trainings_of

        try:
            return trainings_of(self.run) if self.run.has_manifest else None
        except InputError:
            return None

    @cached_property
    def trained_on(self) -> NDArray[np.uint64] | None:
        """Digests of the texts that it was trained on (``data.equal_texts``), ``uint64 [texts]``; None: not known.

        Texts that its n-grams were fitted to at the end (``ngrams.refit``) count as well.
        """
        if self.trainings is None:
            return None
        return self.digests_of(("train", "validation") if self.run.was_fitted_to_validation else ("train",))

    def digests_of(self, splits: Sequence[str]) -> NDArray[np.uint64] | None:
        """Digests of the texts of its own splits, ``uint64 [texts]``; None: they are not known."""
        import numpy as np

        from seqclf.data.seen import digests_of_split

        if self.trainings is None:
            return None
        found = [
            digests_of_split(config, split, fingerprints[split])
            for config, fingerprints in self.trainings
            for split in splits
            if split in fingerprints
        ]
        known = [one for one in found if one is not None]
        return np.concatenate(known) if known and len(known) == len(found) else None


def find_teachers(config: Config, runs: Path) -> tuple[Teacher, ...]:
    """The teachers of a config, none if it names none; a cross-validation stands for the runs of its folds.

    Args:
        runs: the folder of runs in which a name is looked up.

    Raises:
        ConfigError: there is no such run, or it cannot be asked without TensorFlow. Names all problems.
    """
    options = config.training.teacher
    found: dict[Path, Teacher] = {}
    problems = []
    for place, name in enumerate(() if options is None else options.runs):
        try:
            for run in _runs_of(runs, name):
                found.setdefault(run.folder, _checked(run))
        except InputError as error:
            problems.append(Problem((*RUNS, place), str(error)))
    if problems:
        raise ConfigError(problems)
    return tuple(found.values())


def with_paths_of_teachers(config: Config, runs: Path) -> Config:
    """The config with the absolute path of each teacher. Raises ``ConfigError`` as ``find_teachers``."""
    teachers, options = find_teachers(config, runs), config.training.teacher
    if options is None:
        return config
    named = options.model_copy(update={"runs": [str(one.run.folder) for one in teachers]})
    return config.model_copy(update={"training": config.training.model_copy(update={"teacher": named})})


def doubts(teachers: Sequence[Teacher]) -> Iterator[str]:
    """Why what teachers say may not be their best, for warnings."""
    for one in teachers:
        if one.run.has_manifest and one.run.manifest["status"] != FINISHED:
            yield f"the training of {one.name} was interrupted; its best weights so far are asked"


def _runs_of(runs: Path, name: str) -> list[Run]:
    """The run with this name or path, or the finished runs of the folds of the cross-validation with this name."""
    from seqclf.evaluation.opening import find_model
    from seqclf.run_catalogue.catalogue import exact_entry
    from seqclf.run_catalogue.entry import FOLDS, summary_of

    path = str(expanded(name)) if name.startswith("~") else name
    if not path.endswith(FOLDS) and not summary_of(runs, path).is_file():
        return [Run(find_model(runs, path).folder.absolute())]
    entry = exact_entry(runs, path)
    if not entry.is_cross_validation:
        return [Run(entry.path.absolute())]
    found = [Run(folder.absolute()) for folder in entry.fold_folders]
    finished = [run for run in found if run.has_manifest and run.manifest["status"] == FINISHED]
    if not finished:
        raise InputError(f"{entry.path}: no fold has finished; wait for the cross-validation, or name other runs")
    return finished


def _checked(run: Run) -> Teacher:
    """Raises ``InputError`` if the run cannot be asked without TensorFlow."""
    if not run.onnx.is_file():
        if not run.folder.is_dir():
            raise InputError(f"{run.folder}: no such run; restore it, or name another")
        raise InputError(
            f"{run.folder}: has no ONNX model, by which teachers are asked; if its layers allow it, `seqclf export "
            f"--run {shell_word(run.name)} --format onnx` writes one, whose folder is then the teacher"
        )
    return Teacher(run)
