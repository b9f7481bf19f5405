"""How a run decides, from the files in its folder: its labels, thresholds, calibration, and what it says about a text
that has no known token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seqclf.errors import InputError
from seqclf.files import write_json
from seqclf.labels import Labels
from seqclf.run_files import REMEDY, read_json

if TYPE_CHECKING:
    from seqclf.prior import Prior
    from seqclf.run_calibration import RunCalibration


@dataclass(frozen=True)
class RunDecisions:
    """The part of ``seqclf.runs.Run`` about labels and how they are chosen."""

    folder: Path

    @property
    def labels(self) -> Labels:
        path = self.folder / "labels.json"
        try:
            return Labels.from_json(read_json(path))
        except ValueError as error:
            raise InputError(f"{path}: cannot be read ({error})") from error

    def write_labels(self, labels: Labels) -> None:
        write_json(self.folder / "labels.json", labels.as_json())

    @property
    def thresholds(self) -> tuple[float, ...] | None:
        """The probability that each of ``labels.with_thresholds`` must exceed; None: the most probable label is
        predicted."""
        calibration = self.calibration
        return self.uncalibrated_thresholds if calibration is None else calibration.thresholds

    @property
    def uncalibrated_thresholds(self) -> tuple[float, ...] | None:
        """``thresholds`` for the probabilities before ``seqclf calibrate``."""
        labels, path = self.labels, self.thresholds_file
        if not labels.multi and not (labels.with_thresholds and path.exists()):
            return None
        content = read_json(path)
        try:
            return tuple(float(content[name]) for name in labels.with_thresholds)
        except (TypeError, KeyError, ValueError) as error:
            raise InputError(f"{path}: expected a number for each label of the run; {REMEDY}") from error

    def write_thresholds(self, thresholds: Sequence[float]) -> None:
        """Write ``thresholds``; of a calibrated run also those before calibration."""
        labels, before, calibration = self.labels, thresholds, self.calibration
        if calibration is not None:
            before = calibration.moved_back(thresholds)
        write_json(self.thresholds_file, dict(zip(labels.with_thresholds, before, strict=True)))
        if calibration is not None:  # last: from now on they are used
            self.write_calibration(calibration.with_thresholds(thresholds))

    @property
    def calibration(self) -> RunCalibration | None:
        """What ``seqclf calibrate`` stored; None: the run is not calibrated."""
        path = self.calibration_file
        if not path.exists():
            return None
        from seqclf.run_calibration import RunCalibration

        try:
            return RunCalibration.from_json(read_json(path), self.labels)
        except ValueError as error:
            raise InputError(f"{path}: {error}; {REMEDY}") from error

    @property
    def calibration_file(self) -> Path:
        return self.folder / "calibration.json"

    def write_calibration(self, calibration: RunCalibration | None) -> None:
        """Store a calibration; None: remove it."""
        if calibration is None:
            self.calibration_file.unlink(missing_ok=True)
        else:
            write_json(self.calibration_file, calibration.to_json(self.labels), lists_in_lines=True)

    @property
    def thresholds_file(self) -> Path:
        return self.folder / "thresholds.json"

    def forget_choices(self) -> list[str]:
        """Delete what was chosen for the model's probabilities after its training, because the model has changed.

        Returns the commands that chose it.
        """
        chosen = []
        if self.calibration_file.exists():
            self.calibration_file.unlink()
            chosen.append("calibrate")
        if self.thresholds_file.exists() and not self.labels.multi:  # a training chooses those of several labels
            self.thresholds_file.unlink()
            chosen.append("find-threshold")
        return chosen

    @property
    def prior(self) -> Prior | None:
        """The prediction for texts without known tokens; None for runs of earlier versions, which have no prior."""
        path = self.folder / "prior.json"
        if not path.exists():
            return None
        from seqclf.prior import Prior

        try:
            return Prior.from_json(read_json(path), self.labels)
        except ValueError as error:
            raise InputError(f"{path}: {error}; {REMEDY}") from error

    def write_prior(self, prior: Prior) -> None:
        write_json(self.folder / "prior.json", prior.as_json(self.labels))
