"""A study of Optuna: its storage, its sampler and pruner, and trials as values of ranges."""

from __future__ import annotations

import json
import math
import os
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqclf.config.ranges import Range
from seqclf.errors import InputError, SeqclfError
from seqclf.files import process_exists
from seqclf.option_types import OptionPath
from seqclf.tuning.journal import journal_storage

SPACE, RUN, PROCESS, HOST, WHY = "space", "run", "process", "host", "why"
FOUND, SECONDS, AGAIN = "found", "seconds", "again"
"""Names of what a study and its trials have beside values."""

_STARTUP = 4
"""Completed trials before one can be pruned: the median of fewer says little."""

_ATTEMPTS, _SECONDS_BETWEEN_ATTEMPTS = 5, 0.5
_OF_A_RACE = {"IntegrityError", "OperationalError", "ProgrammingError"}
"""Names of SQLAlchemy's errors for tables that another process is making."""


@dataclass(frozen=True)
class Where:
    """Where a study is kept.

    Attributes:
        folder: of the study's files.
        name: of the study.
        storage: URL of a database that SQLAlchemy knows; None: a journal in ``folder``, which several processes of one
            machine can share.
    """

    folder: Path
    name: str
    storage: str | None = None


def check_optuna() -> None:
    """Raise ``SeqclfError`` if Optuna is not installed."""
    try:
        import optuna  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != "optuna":
            raise
        raise SeqclfError('seqclf tune needs Optuna, an extra; install it with: pip install "seqclf[tune]"') from error


def open_study(where: Where, space: Sequence[Range], start: Mapping[OptionPath, Any], *, seed: int, about: str) -> Any:
    """The study of this name; a new one begins with the values ``start``.

    Trials of processes of this machine that are gone (``kill -9``) become failed ones. Their values are tried again,
    but only once: they may be what ended the process, by using up the memory.

    Args:
        about: what all trials of a study share, such as the config and the metric. A study that has another value is
            rejected.

    Raises:
        InputError: the storage cannot be opened, or the study was begun with other ranges or another config.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = _storage(where)
    pruner = optuna.pruners.MedianPruner(n_startup_trials=_STARTUP, n_warmup_steps=1)
    common = {"study_name": where.name, "storage": storage, "pruner": pruner}
    own = json.dumps({"ranges": [str(one) for one in space], "about": about})
    try:
        study = optuna.create_study(direction="maximize", sampler=_sampler(seed), **common)
        study.set_user_attr(SPACE, own)
        study.enqueue_trial(_encoded(space, start))
    except optuna.exceptions.DuplicatedStudyError:
        # Without a seed: two processes with the same one would try the same values.
        study = optuna.load_study(sampler=_sampler(None), **common)
        _check_same(study, own, where)
        _fail_abandoned(study)
    return study


def suggested(trial: Any, space: Sequence[Range]) -> dict[OptionPath, Any]:
    """The values of a trial, numbers with three significant digits."""
    return {one.path: _suggest(trial, one) for one in space}


def note_process(trial: Any, run: Path) -> None:
    """Record who runs the trial, and its run."""
    for name, value in ((RUN, str(run)), (PROCESS, os.getpid()), (HOST, socket.gethostname())):
        trial.set_user_attr(name, value)


def try_again(study: Any, trial: Any) -> None:
    """Let a later trial have the values of this one."""
    study.enqueue_trial(trial.params, user_attrs={AGAIN: trial.number})


def values_of(trial: Any, space: Sequence[Range]) -> dict[OptionPath, Any]:
    """The values of a trial that was asked before, as ``suggested`` returned them."""
    return {one.path: _decoded(one, trial.params[one.name]) for one in space if one.name in trial.params}


def _storage(where: Where) -> Any:
    if where.storage is None:
        return journal_storage(where.folder)
    try:
        return _database(where.storage)
    except ModuleNotFoundError as error:
        raise SeqclfError(f"--storage needs the package {error.name}: `pip install {error.name}`") from error
    except Exception as error:  # SQLAlchemy's, which has no place in our imports
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        message = f"--storage: cannot be opened ({reason}); expected a URL such as sqlite:///study.db"
        raise InputError(message) from error


def _database(url: str) -> Any:
    """The storage at a URL. Of two processes that begin at the same time, one finds half of the other's tables."""
    import optuna

    for waited in range(_ATTEMPTS):
        try:
            return optuna.storages.RDBStorage(url)
        except Exception as error:
            if type(error).__name__ not in _OF_A_RACE or waited == _ATTEMPTS - 1:
                raise
            time.sleep(_SECONDS_BETWEEN_ATTEMPTS)
    raise AssertionError("every attempt returns or raises")


def _sampler(seed: int | None) -> Any:
    import optuna

    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=8)


def fits(trial: Any) -> bool:
    """Whether the model of a trial keeps to the limits."""
    return max(trial.constraints.values(), default=0.0) <= 0


def _check_same(study: Any, own: str, where: Where) -> None:
    noted = study.user_attrs.get(SPACE, own)  # another process may be about to write it
    if noted == own:
        return
    before, now = json.loads(noted), json.loads(own)
    what = "other ranges" if before["ranges"] != now["ranges"] else "another config, metric or bounds"
    raise InputError(
        f"the study {where.name} was begun with {what}; begin another one with --study NAME, or remove {where.folder}"
    )


def _fail_abandoned(study: Any) -> None:
    from optuna.trial import TrialState

    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        attributes = trial.user_attrs
        if attributes.get(HOST) != socket.gethostname() or process_exists(attributes[PROCESS]):
            continue
        study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)
        if AGAIN not in attributes:
            try_again(study, trial)


def _suggest(trial: Any, one: Range) -> Any:
    if one.choices:
        return _decoded(one, trial.suggest_categorical(one.name, [json.dumps(choice) for choice in one.choices]))
    if one.whole:
        step = 1 if one.step is None else int(one.step)
        return trial.suggest_int(one.name, int(one.low), int(one.high), log=one.log, step=step)
    return _decoded(one, trial.suggest_float(one.name, one.low, one.high, log=one.log, step=one.step))


def _decoded(one: Range, value: Any) -> Any:
    if one.choices:
        return json.loads(value)
    if one.whole:
        return value
    return min(one.high, max(one.low, float(f"{value:.3g}"))) if math.isfinite(value) else value


def _encoded(space: Sequence[Range], values: Mapping[OptionPath, Any]) -> dict[str, Any]:
    given = [one for one in space if one.path in values]
    return {one.name: json.dumps(values[one.path]) if one.choices else values[one.path] for one in given}
