"""MLflow (``mlflow-skinny``): by default the SQLite file ``mlflow.db`` of the working folder, as in MLflow itself.

``MLFLOW_TRACKING_URI`` names another store or a server, ``MLFLOW_EXPERIMENT_NAME`` another experiment.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from seqclf.files import shell_word
from seqclf.runs import FINISHED, INTERRUPTED
from seqclf.trackers.base import PROBES, PROJECT, About, Point, Tracker, without_secrets

if TYPE_CHECKING:
    from mlflow import MlflowClient

_Item = TypeVar("_Item")

_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",  # else it reports its use to its makers
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # 7 by default: minutes, if the server is down
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}
"""Variables of MLflow, unless the user has set them."""

_STATUS = {FINISHED: "FINISHED", INTERRUPTED: "KILLED"}
_MOST_PARAMS, _MOST_METRICS = 100, 1000  # in one call
_LONGEST_PARAM, _LONGEST_TAG = 6000, 5000
_FILE = "mlflow.db"
_PARENT, _GROUP = "mlflow.parentRunId", "seqclf.group"


class MLflow(Tracker):
    """A run of MLflow, in the experiment of the project."""

    packages = ("mlflow", "sqlalchemy", "alembic")
    keeps_files = True

    def __init__(self, about: About) -> None:
        super().__init__(about)
        self._client: MlflowClient
        self._id: str

    @property
    def project(self) -> str:
        return _experiment(self.about.project)

    @classmethod
    def how_to_look(cls, runs: Path, project: str | None) -> str:
        uri = os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{_FILE}"
        if uri.startswith(("http://", "https://")):
            return f"experiment {_experiment(project)} at {without_secrets(uri)}"
        return f"mlflow ui --backend-store-uri {shell_word(without_secrets(uri))}"

    def begin(self, known: str | None) -> str:
        for name, value in _SETTINGS.items():
            os.environ.setdefault(name, value)
        from mlflow import MlflowClient

        for logger in ("mlflow", "alembic"):  # they report each step of making a new file
            logging.getLogger(logger).setLevel(logging.ERROR)
        self._client = MlflowClient(_uri())
        found = None if known is None else self._run(known)
        if found is None:
            self._id = self._create()
        else:
            self._id = found.info.run_id
            self._client.update_run(self._id, status="RUNNING", name=self.about.name)
        self._describe({} if found is None else found.data.params)
        return self._id

    def last_steps(self) -> Mapping[str, int]:
        history = {kind: self._client.get_metric_history(self._id, name) for kind, name in PROBES.items()}
        return {kind: max(metric.step for metric in found) for kind, found in history.items() if found}

    def write(self, points: Sequence[Point]) -> None:
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        metrics = [Metric(name, value, now, point.step) for point in points for name, value in point.values.items()]
        for part in _parts(metrics, _MOST_METRICS):
            self._client.log_batch(self._id, metrics=part)

    def end(self, status: str) -> None:
        self._client.set_terminated(self._id, _STATUS.get(status, "FAILED"))

    def keep(self, path: Path) -> None:
        if path.is_dir():
            self._client.log_artifacts(self._id, str(path), path.name)
        else:
            self._client.log_artifact(self._id, str(path))

    def close(self) -> None:
        """Every call has waited until it was stored."""

    def _run(self, known: str) -> Any:
        """The run with this id; None if there is none any more, as in another store."""
        from mlflow.exceptions import MlflowException

        try:
            found = self._client.get_run(known)
        except MlflowException as error:
            if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                return None
            raise
        return found if found.info.lifecycle_stage == "active" else None

    def _create(self) -> str:
        experiment = self._experiment_id()
        tags = {} if self.about.group is None else {_PARENT: self._parent(experiment, self.about.group)}
        return str(self._client.create_run(experiment, tags=tags, run_name=self.about.name).info.run_id)

    def _experiment_id(self) -> str:
        from mlflow.exceptions import MlflowException

        name = self.project
        found = self._client.get_experiment_by_name(name)
        if found is None:
            try:
                return str(self._client.create_experiment(name))
            except MlflowException as error:
                if error.error_code != "RESOURCE_ALREADY_EXISTS":
                    raise
                found = self._client.get_experiment_by_name(name)  # another process was faster
        assert found is not None
        return str(found.experiment_id)

    def _parent(self, experiment: str, group: str) -> str:
        """The run that stands for a group, such as a cross-validation."""
        folder = str(self.about.folder.parent / group)  # unlike the group's name, unique
        found = self._client.search_runs([experiment], f"tags.`{_GROUP}` = '{folder.replace(chr(39), '_')}'")
        if found:
            return str(found[0].info.run_id)
        made = self._client.create_run(experiment, tags={_GROUP: folder.replace("'", "_")}, run_name=group)
        self._client.set_terminated(made.info.run_id)
        return str(made.info.run_id)

    def _describe(self, before: Mapping[str, str]) -> None:
        """Store config and facts. Options of MLflow's runs never change: those of a resumed run that do are tags."""
        from mlflow.entities import Param, RunTag

        config = {name: str(value)[:_LONGEST_PARAM] for name, value in self.about.config.items()}
        tags = dict(self.about.facts)
        tags |= {f"resumed.{name}": value for name, value in config.items() if before.get(name, value) != value}
        if (commit := self.about.facts.get("git.commit")) is not None:
            tags["mlflow.source.git.commit"] = commit
        if self.about.note:
            tags["mlflow.note.content"] = self.about.note
        params = [Param(name, value) for name, value in config.items() if name not in before]
        for few in _parts(params, _MOST_PARAMS):
            self._client.log_batch(self._id, params=few)
        for some in _parts([RunTag(name, value[:_LONGEST_TAG]) for name, value in tags.items()], _MOST_PARAMS):
            self._client.log_batch(self._id, tags=some)


def _uri() -> str:
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{Path(_FILE).absolute()}"


def _experiment(project: str | None) -> str:
    return project or os.environ.get("MLFLOW_EXPERIMENT_NAME") or PROJECT


def _parts(items: Sequence[_Item], most: int) -> Iterator[Sequence[_Item]]:
    return (items[start : start + most] for start in range(0, len(items), most))


TRACKER = MLflow
