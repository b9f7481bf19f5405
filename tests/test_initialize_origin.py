"""``initialize``: the weights of a run that is not finished; without TensorFlow."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from conftest import small_config
from origins import untrained_run

from seqclf.errors import InputError
from seqclf.runs import FAILED, RUNNING
from seqclf.training.checkpoints import Checkpoints
from seqclf.training.initialize.origin import opened


def _state(best: int) -> bytes:
    """Write a checkpoint with this number of arrays of best weights."""
    content = io.BytesIO()
    np.savez(content, epoch=1, **{f"best_{place}": np.full(2, place) for place in range(best)})
    return content.getvalue()


@pytest.mark.parametrize("status", [RUNNING, FAILED])
def test_a_finished_run_that_was_stopped_early_in_further_epochs_has_its_model(
    status: str, sample_csv: Path, tmp_path: Path
) -> None:
    """The final state has no best weights: they are in the model until the next checkpoint."""
    run = untrained_run(small_config(data__train=str(sample_csv)), tmp_path, status=status)
    checkpoints = Checkpoints(run.checkpoints)
    checkpoints.save_final(_state(0))
    origin = opened(run)
    assert origin.checkpoint_weights() is None
    assert origin.doubt is not None
    assert origin.doubt.endswith("; its best weights so far are used")
    checkpoints.save(2, 0, _state(3))
    weights = opened(run).checkpoint_weights()
    assert weights is not None
    assert [list(one) for one in weights] == [[0, 0], [1, 1], [2, 2]]


def test_a_final_state_without_a_model_has_no_weights(sample_csv: Path, tmp_path: Path) -> None:
    run = untrained_run(small_config(data__train=str(sample_csv)), tmp_path, status=RUNNING)
    Checkpoints(run.checkpoints).save_final(_state(0))
    run.model.unlink()
    with pytest.raises(InputError, match="no validated epoch has weights to start from"):
        opened(run)
