"""The runs that are to be joined, and whether they can be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqclf.config import Config, load_config
from seqclf.config.schema import LONGEST_NAME, NAME_PATTERN
from seqclf.data.label_sets import labels_a_text, some_of
from seqclf.errors import InputError
from seqclf.files import shell_word
from seqclf.labels import Labels
from seqclf.run_catalogue.catalogue import exact_entry
from seqclf.run_catalogue.entry import summary_of
from seqclf.run_catalogue.state import is_run
from seqclf.run_choice import find_run, numbered_runs
from seqclf.run_members import SAME_SPLITS, members_of, shares_validation
from seqclf.runs import CLASSIFICATION, Run
from seqclf.text.kinds import load_tokenizer

_CUTTING = ("max_tokens", "truncate")
"""Options of ``tokenizer`` that say how much of a text is read, not what a token is."""


@dataclass(frozen=True)
class Candidate:
    """A run that is to be joined with others, or a member of an ensemble that is.

    Attributes:
        run: for a member, its folder in that of the ensemble, without tokenizer and weights.
        tokenizer: its fingerprint.
        fingerprints: of its training and validation texts, by split.
        named: number of the run that the user named, from 0: all members of an ensemble have one.
        share: of the weight of that run.
        ensemble: the run that it is a member of; None: it is a run of its own.
        place: among the members.
    """

    run: Run
    config: Config
    labels: Labels
    tokenizer: str
    fingerprints: Mapping[str, str]
    named: int = 0
    share: float = 1.0
    ensemble: Run | None = None
    place: int = 0

    @property
    def files(self) -> Run:
        """The run with the tokenizer, the weights and all else that members share."""
        return self.run if self.ensemble is None else self.ensemble

    @property
    def name(self) -> str:
        if self.ensemble is None:
            return self.run.name
        return members_of(self.ensemble)[self.place].name


def find_candidates(runs: Path, names: Sequence[str], *, flat: bool = True) -> list[Candidate]:
    """The complete classifiers with these names or paths; those of its folds for the name of a cross-validation.

    Args:
        flat: take the members of an ensemble in its place; else an ensemble is an error.

    Raises:
        InputError: there are fewer than two, one is named twice, or one has no model that can be joined.
    """
    every = [fold for name in names for fold in _folds(runs, name) or [name]]
    found = [find_run(runs, name, CLASSIFICATION) for name in every]
    seen: dict[Path, str] = {}
    for run, name in zip(found, every, strict=True):
        folder = run.folder.resolve()
        if folder in seen:
            twice = f"{seen[folder]} and {name}" if seen[folder] != name else f"{name}, twice,"
            raise InputError(f"{twice} name the same run, {run.folder}; name each run once")
        seen[folder] = name
    if len(found) < 2:
        others = _of_the_same_name(runs, names[0], found[0]) if found else "; `seqclf runs list` lists them"
        raise InputError(f"expected two runs or more, found {len(found)}{others}")
    return [one for number, run in enumerate(found) for one in _opened(run, number, flat=flat)]


def _of_the_same_name(runs: Path, given: str, found: Run) -> str:
    """What to type where the only run is one of several with the given name, which is the newest of them."""
    alike = numbered_runs(runs, given, CLASSIFICATION)
    if len(alike) < 2:
        return f", {found.name}; `seqclf runs list` lists others"
    listed = " ".join(map(shell_word, alike))
    return f": {found.name}, the newest of {len(alike)} runs of this name; name each of them to join all: {listed}"


def _folds(runs: Path, name: str) -> list[str]:
    """The paths of the runs of a cross-validation; none if this is not the name of one."""
    if is_run(runs / name) or is_run(Path(name)) or not summary_of(runs, name).is_file():
        return []
    return [str(runs / fold) for fold in exact_entry(runs, name).folds]


def _opened(run: Run, number: int, *, flat: bool) -> Iterator[Candidate]:
    members = members_of(run)
    if members and not flat:
        listed = " ".join(shell_word(one.name) for one in members)
        raise InputError(f"{run.folder}: is an ensemble, which has no weights to average; name its runs: {listed}")
    if members and run.calibration is not None:
        raise InputError(
            f"{run.folder}: is an ensemble that was calibrated as a whole, which its members cannot keep in another "
            f"one; undo that with `seqclf calibrate --run {shell_word(run.folder)} --undo`, join the runs, and "
            "calibrate the new run"
        )
    if not run.model.is_file():
        raise InputError(f"{run.model}: is missing; restore it from a copy of the run, or train the run again")
    tokenizer = load_tokenizer(run.tokenizer).fingerprint
    if not members:
        yield Candidate(run, load_config(run.config), run.labels, tokenizer, run.data_fingerprints, number)
    whole = sum(one.weight for one in members)
    for place, one in enumerate(members):
        own, share = one.run, one.weight / whole
        config = load_config(own.config)
        yield Candidate(own, config, own.labels, tokenizer, own.data_fingerprints, number, share, run, place)


def new_name(given: str | None, first: Candidate, kind: str) -> str:
    """The name of a new run: ``given``, or that of the first run's config with ``kind``. Raises ``InputError``."""
    name = f"{first.config.name}-{kind}" if given is None else given
    if not re.fullmatch(NAME_PATTERN, name) or len(name) > LONGEST_NAME:
        raise InputError(
            f"--name: expected at most {LONGEST_NAME} letters, digits, dots, dashes and underscores, beginning with a "
            f"letter or digit, found {name[: LONGEST_NAME + 1]!r}"
        )
    return name


def check_alike(candidates: Sequence[Candidate]) -> None:
    """Raise ``InputError`` unless one model can have all of them: the same labels in any order, and equal inputs."""
    first, *others = candidates
    problems = [f"{other.files.folder}: {problem}" for other in others for problem in _misfits(first, other)]
    if problems:
        raise InputError("\n".join(problems))


def _misfits(first: Candidate, other: Candidate) -> Iterator[str]:
    """How the labels and inputs of a run differ from those of the first."""
    name = first.name
    if first.labels.multi != other.labels.multi:
        kinds = f"{labels_a_text(other.labels.multi)}, {name} {labels_a_text(first.labels.multi)}"
        yield f"has {kinds}; join runs with the same labels"
    elif differing := [
        f"{what} {some_of(sorted(found))}"
        for what, found in (
            ("lacks", set(first.labels) - set(other.labels)),
            ("also has", set(other.labels) - set(first.labels)),
        )
        if found
    ]:
        yield f"has other labels than {name}: it {' and '.join(differing)}; join runs with the same labels"
    own, theirs = (one.config.data.columns(with_groups=False) for one in (first, other))
    if own.text != theirs.text:
        yield f"reads its texts from {_columns(theirs.texts)}, {name} from {_columns(own.texts)}; join runs of one text"
    elif first.tokenizer != other.tokenizer:
        yield f"has another tokenizer than {name}, and a model reads the tokens of one. {_of_tokenizers(first, other)}"
    if (beside := _extra(other.files)) != (ours := _extra(first.files)):
        differ = "with other values" if beside and ours else "which " + ("it lacks" if ours else f"{name} lacks")
        yield f"reads other columns beside the text than {name} (data.extra), {differ}; join runs with the same"
    for option in _CUTTING:
        mine, its = (getattr(one.config.tokenizer, option) for one in (first, other))
        if mine != its:
            yield (
                f"has tokenizer.{option} {its}, {name} has {mine}, and a model gets one text; train it again with "
                f"--set tokenizer.{option}={mine}"
            )


def _of_tokenizers(first: Candidate, other: Candidate) -> str:
    """Why two runs have different tokenizers, and what makes them share one."""
    ours, theirs = (one.config.tokenizer.model_dump(mode="json") for one in (first, other))
    unlike = [name for name in {**ours, **theirs} if name not in _CUTTING and ours.get(name) != theirs.get(name)]
    if "type" in unlike:
        kinds = f"its tokenizer.type is {theirs['type']}, that of {first.name} is {ours['type']}"
        return f"No setting changes that in a finished run ({kinds}): train both with the same section `tokenizer`"
    if unlike:
        values = ", ".join(f"{name}: {theirs.get(name)} and {ours.get(name)}" for name in unlike)
        return f"The two were made with other options ({values}): train both with the same section `tokenizer`"
    return (
        f"Runs share a tokenizer if they have the same training texts ({SAME_SPLITS}), if they start from the same run "
        "(initialize), or if it learns nothing from the texts (tokenizer.type=byte, or subword_file)"
    )


def _columns(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _extra(run: Run) -> str | None:
    extra = run.extra
    return None if extra is None else extra.fingerprint


def why_no_validation(candidates: Sequence[Candidate], *, takes_held_out: bool = False) -> str | None:
    """Why nothing can be measured on the validation texts of the first run; None if it can: they are those of all runs,
    and no run was trained on them.

    ``takes_held_out``: a run whose n-grams were fitted to them may have answers from before (``Run.held_out``).
    """
    if missing := [one.name for one in candidates if "validation" not in one.fingerprints]:
        return f"{', '.join(missing)} {_has(missing)} no validation texts"
    refit = [one for one in candidates if one.run.was_fitted_to_validation]
    if fitted := [one.name for one in refit if not (takes_held_out and one.run.held_out.exists())]:
        return f"the n-grams of {', '.join(fitted)} were fitted to the validation texts, too (ngrams.refit)"
    if len({one.fingerprints["validation"] for one in candidates}) > 1:
        return (
            "the runs have different validation texts, and those of one may be training texts of another. For runs "
            f"that share them, {SAME_SPLITS}"
        )
    if unshared := [
        one.name for one in candidates if not (shares_validation(one.run) and shares_validation(one.files))
    ]:
        return f"{', '.join(unshared)} {_has(unshared)} seen the validation texts"
    return None


def _has(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"
