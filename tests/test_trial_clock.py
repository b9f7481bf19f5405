"""The time of a search: trials end so that what follows still fits. Needs neither Optuna nor TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from seqclf.training.events import EpochDone, EpochStarted, StepDone, TrainingDone, TrainingStarted
from seqclf.tuning import clock as clock_module
from seqclf.tuning import trial as trial_module
from seqclf.tuning.clock import Clock
from seqclf.tuning.trial import INTERRUPTED, OUT_OF_TIME, PRUNED, Watch, _Ended


@dataclass
class _Time:
    now: float = 100.0

    def monotonic(self) -> float:
        return self.now


@dataclass
class _Scores:
    accuracy: float

    def score(self, name: str) -> float:
        assert name == "accuracy"
        return self.accuracy


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> _Time:
    made = _Time()
    for module in (clock_module, trial_module):
        monkeypatch.setattr(module, "time", made)
    return made


def _watch(time: _Time, clock: Clock, **options: Any) -> Watch:
    options = {"report": lambda score, epoch: False, **options}
    watch = Watch("accuracy", clock=clock, _started=time.now, **options)
    watch(TrainingStarted("texts", 9, 100, 10, 1000))
    return watch


def _epoch(
    watch: Watch, time: _Time, number: int, *, accuracy: float, best: bool = True, seconds: float = 10.0
) -> None:
    """An epoch of two steps, and a validation of a second."""
    watch(EpochStarted(number, 2))
    for step in (1, 2):
        time.now += seconds / 2
        watch(StepDone(number, step, 0.5, 1.0, 50, 500, seconds / 2, 0.001))
    time.now += 1
    watch(EpochDone(number, 0.5, 0.5, _Scores(accuracy), best, 1000, seconds, 1.0))  # type: ignore[arg-type]


def test_a_better_trial_ends_with_models_and_any_other_without(time: _Time) -> None:
    watch = _watch(time, Clock(100, 35, writing=5))
    _epoch(watch, time, 1, accuracy=0.7)
    assert (watch.best, watch.first_epoch, watch.to_best, watch.stops) == (0.7, 11, 11, False)
    _epoch(watch, time, 2, accuracy=0.6, best=False)
    assert (watch.best, watch.to_best, watch.stops) == (0.7, 11, False)
    watch(EpochStarted(3, 2))
    time.now += 9
    watch(StepDone(3, 1, 0.5, 1.0, 50, 500, 9, 0.001))
    assert watch.stops, "4 seconds are left, and writing takes 5"
    other = _watch(time, Clock(100, 35, writing=5), to_beat=0.8, best=0.7)
    other(EpochStarted(2, 2))
    with pytest.raises(_Ended, match=OUT_OF_TIME):
        other(StepDone(2, 1, 0.5, 1.0, 50, 500, 9, 0.001))


def test_no_validation_begins_that_would_end_too_late(time: _Time) -> None:
    watch = _watch(time, Clock(100, 17.5, writing=5, validation=3), best=0.7)
    watch(EpochStarted(2, 2))
    time.now += 5
    watch(StepDone(2, 1, 0.5, 1.0, 50, 500, 5, 0.001))
    assert not watch.stops
    time.now += 5
    watch(StepDone(2, 2, 0.5, 1.0, 50, 500, 5, 0.001))
    assert watch.stops, "7.5 seconds are left, of which the validation takes 3"
    first = _watch(time, Clock(time.now, 11, writing=0.5))
    first(EpochStarted(1, 2))
    time.now += 5
    first(StepDone(1, 1, 0.5, 1.0, 50, 500, 5, 0.001))
    time.now += 5
    with pytest.raises(_Ended, match=OUT_OF_TIME):  # a tenth as many texts are validated: about a second
        first(StepDone(1, 2, 0.5, 1.0, 50, 500, 5, 0.001))


def test_the_last_training_has_its_time_kept(time: _Time) -> None:
    clock = Clock(100, 200, longer=1.1, writing=5, best=40)
    assert clock.after(40) == pytest.approx(10 + 1.3 * 1.1 * 40)
    better = _watch(time, clock, to_beat=0.6)
    for epoch in range(1, 8):
        _epoch(better, time, epoch, accuracy=0.6 + epoch / 100)
    assert not better.stops and better.to_best == 77
    _epoch(better, time, 8, accuracy=0.9)
    assert better.stops, "118 seconds are left: the last training of seven epochs takes 110, and writing twice 10"
    worse = _watch(time, Clock(100, 200, longer=1.1, writing=5, best=40), to_beat=0.95)
    _epoch(worse, time, 1, accuracy=0.5)
    _epoch(worse, time, 2, accuracy=0.5)
    with pytest.raises(_Ended, match=OUT_OF_TIME):
        for epoch in range(3, 9):
            _epoch(worse, time, epoch, accuracy=0.5)
    assert time.now <= 300 - clock.after(40) + 5


def test_no_trial_begins_without_time_for_an_epoch(time: _Time) -> None:
    clock = Clock(100, 60)
    assert clock.has_time_for_one()
    clock.note(first_epoch=30, writing=10, validation=2)
    clock.note(first_epoch=40, writing=0, validation=1)
    assert (clock.first_epoch, clock.writing, clock.validation) == (30, 13, 2)
    time.now = 116
    assert clock.has_time_for_one()
    time.now = 118
    assert not clock.has_time_for_one()
    assert Clock(0, None).has_time_for_one() and Clock(0, None).left is None


@pytest.mark.parametrize(("seconds", "kept"), [(20, 5), (600, 24), (86_400, 60)])
def test_before_anything_was_timed_a_share_is_kept_for_writing(seconds: float, kept: float) -> None:
    assert Clock(0, seconds).after(99) == kept


def test_a_slow_first_step_foretells_slow_writing(time: _Time) -> None:
    clock = Clock(100, 100)
    watch = _watch(time, clock)
    watch(EpochStarted(1, 2))
    time.now += 20
    watch(StepDone(1, 1, 0.5, 1.0, 50, 500, 20, 0.001))
    assert clock.first_step == 20 and clock.after(0) == 60
    time.now += 15
    watch.best = 0.5
    watch(StepDone(1, 1, 0.5, 1.0, 50, 500, 1, 0.001))
    assert not watch.stops
    time.now += 6
    watch(StepDone(1, 1, 0.5, 1.0, 50, 500, 1, 0.001))
    assert watch.stops and clock.first_step == 20


def test_pruning_and_signals_end_a_trial(time: _Time) -> None:
    seen: list[tuple[float, int]] = []

    def report(score: float, epoch: int) -> bool:
        seen.append((score, epoch))
        return epoch == 2

    watch = _watch(time, Clock(100, None), report=report)
    _epoch(watch, time, 1, accuracy=0.7)
    with pytest.raises(_Ended, match=PRUNED):
        _epoch(watch, time, 2, accuracy=0.8, best=False)
    assert seen == [(0.7, 1), (0.7, 2)], "the score of the best epoch so far"
    with pytest.raises(_Ended, match=INTERRUPTED):
        _epoch(_watch(time, Clock(100, None), should_stop=lambda: True), time, 1, accuracy=0.7)


def test_the_time_after_the_last_step_is_that_of_writing(time: _Time) -> None:
    watch = _watch(time, Clock(100, None))
    assert watch.writing == 0
    _epoch(watch, time, 1, accuracy=0.7)
    watch(TrainingDone("finished", 1))
    time.now += 4
    assert watch.writing == 4
