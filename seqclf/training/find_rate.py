"""``find_rate``: a config in, the curve of its loss over learning rates out. It leaves no run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from seqclf.config import Config, with_absolute_paths
from seqclf.new_runs import begin_run
from seqclf.tensorflow_startup import start_tensorflow
from seqclf.training.automatic import rate_curve, rates_for, with_batch_size
from seqclf.training.data_checks import check_data
from seqclf.training.memory_estimate import check_memory
from seqclf.training.options import Callbacks, TrainOptions
from seqclf.training.rate_curve import RateCurve, rates_of
from seqclf.training.resolve import resolved
from seqclf.training.teachers.teach import with_teachers
from seqclf.training.train import prepared


def find_rate(
    config: Config,
    runs: Path,
    options: TrainOptions = TrainOptions(),
    callbacks: Callbacks = Callbacks(),
    *,
    bounds: tuple[float | None, float | None] = (None, None),
    updates: int | None = None,
    progress: Callable[[int, int], None] = lambda update, updates: None,
) -> RateCurve:
    """Sweep the learning rate of a config: ``seqclf.training.rate_sweep`` says how.

    Args:
        runs: the folder of the runs that the config starts or learns from; nothing is written to it.
        bounds: the lowest and the highest rate; None: those of ``rates_for``.
        updates: number of rates, one for each update; None: as many as ``rates_for`` has.
        progress: called after each update with its number and that of all.

    Raises:
        ConfigError: options of the config do not fit the texts or the run that it starts from.
        InputError: for unusable texts, or if the training cannot fit into memory.
    """
    config = resolved(with_absolute_paths(config), runs)
    data = prepared(config, options, callbacks)
    check_data(config, data)
    data = with_teachers(config, data, callbacks.stage)
    start_tensorflow(config, options.threads)
    config, size = with_batch_size(config, data)
    if size is not None:
        callbacks.stage(f"warning: {size.sentence()}")
        check_data(config, data)
    if options.memory_check:
        check_memory(config, data)
    usual = rates_for(config)
    rates = rates_of(bounds[0] or usual[0], bounds[1] or usual[-1], updates or len(usual))
    callbacks.stage(f"Trying {len(rates):,} learning rates from {rates[0]:.3g} to {rates[-1]:.3g}")
    with tempfile.TemporaryDirectory() as folder:
        run = begin_run(Path(folder), config.name)
        return rate_curve(
            config, data, run, callbacks.stage, progress=lambda update: progress(update, len(rates)), rates=rates
        )
