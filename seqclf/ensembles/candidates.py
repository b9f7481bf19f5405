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
from seqclf.run_choice import find_run, named_with_status
from seqclf.run_members import SAME_SPLITS, members_of, shares_validation
from seqclf.runs import CLASSIFICATION, Run
from seqclf.text.kinds import load_tokenizer


@dataclass(frozen=True)
class Candidate:
    """A run that is to be joined with others.

    Attributes:
        tokenizer: its fingerprint.
        fingerprints: of its training and validation texts, by split.
    """

    run: Run
    config: Config
    labels: Labels
    tokenizer: str
    fingerprints: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.run.name

    @property
    def title(self) -> str:
        """Its name, with its status unless it is finished."""
        return named_with_status(self.run)


def find_candidates(runs: Path, names: Sequence[str]) -> list[Candidate]:
    """The complete classifiers with these names or paths. Raises ``InputError``, also if one is named twice."""
    if len(names) < 2:
        raise InputError(f"expected two runs or more, found {len(names)}; `seqclf runs list` lists them")
    found = [find_run(runs, name, CLASSIFICATION) for name in names]
    seen: dict[Path, str] = {}
    for run, name in zip(found, names, strict=True):
        folder = run.folder.resolve()
        if folder in seen:
            twice = f"{seen[folder]} and {name}" if seen[folder] != name else f"{name}, twice,"
            raise InputError(f"{twice} name the same run, {run.folder}; name each run once")
        seen[folder] = name
    return [_opened(run) for run in found]


def _opened(run: Run) -> Candidate:
    if members := members_of(run):
        listed = " ".join(shell_word(one.name) for one in members)
        raise InputError(f"{run.folder}: is an ensemble already; name the runs that it was made of instead: {listed}")
    if not run.model.is_file():
        raise InputError(f"{run.model}: is missing; restore it from a copy of the run, or train the run again")
    tokenizer = load_tokenizer(run.tokenizer)
    return Candidate(run, load_config(run.config), run.labels, tokenizer.fingerprint, run.data_fingerprints)


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
    problems = [f"{other.run.folder}: {problem}" for other in others for problem in _misfits(first, other)]
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
        yield (
            f"has another tokenizer than {name}, and a model reads the tokens of one. Runs share a tokenizer if they "
            f"have the same training texts ({SAME_SPLITS}), if they start from the same run (initialize), or if it "
            "learns nothing from the texts (tokenizer.type=byte, or subword_file)"
        )
    if (beside := _extra(other.run)) != (ours := _extra(first.run)):
        differ = "with other values" if beside and ours else "which " + ("it lacks" if ours else f"{name} lacks")
        yield f"reads other columns beside the text than {name} (data.extra), {differ}; join runs with the same"
    for option in ("max_tokens", "truncate"):
        mine, its = (getattr(one.config.tokenizer, option) for one in (first, other))
        if mine != its:
            yield (
                f"has tokenizer.{option} {its}, {name} has {mine}, and a model gets one text; train it again with "
                f"--set tokenizer.{option}={mine}"
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
    if unshared := [one.name for one in candidates if not shares_validation(one.run)]:
        return f"{', '.join(unshared)} {_has(unshared)} seen the validation texts"
    return None


def _has(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"
