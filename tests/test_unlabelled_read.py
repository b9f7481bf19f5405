"""How many unlabelled texts a training reads, in numbers and words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import small_config

from seqclf.config import Config
from seqclf.data.batches import Batches
from seqclf.data.encoded import EncodedTexts
from seqclf.data.paired_batches import PairedBatches
from seqclf.training.unlabelled_read import UNLABELLED_READ, UnlabelledRead, planned_reading


def _texts(count: int) -> EncodedTexts:
    return EncodedTexts.collect([np.full(3, 5, np.int32)] * count, np.zeros(count, np.int32), 100)


def _batches(labelled: int, unlabelled: int) -> PairedBatches:
    """Four texts of each kind in a step."""
    return PairedBatches(*(Batches(_texts(count), 4, 9, "tail") for count in (labelled, unlabelled)))


def _config(epochs: int) -> Config:
    return Config.model_validate(small_config(data__train="train.csv", training__epochs=epochs))


@pytest.mark.parametrize(
    ("unlabelled", "epochs", "said"),
    [
        (8, 3, None),
        (20, 3, "an epoch reads 8 of 20 unlabelled texts"),
        (
            100,
            3,
            "an epoch reads 8 of 100 unlabelled texts, the planned 3 epochs read 24; "
            "training.unlabelled_batch_size=17 reads all",
        ),
    ],
)
def test_a_note_says_what_an_epoch_reads(unlabelled: int, epochs: int, said: str | None) -> None:
    assert planned_reading(_batches(8, unlabelled), _config(epochs)) == said


def test_the_proposed_batch_size_reads_all() -> None:
    batches = _batches(8, 100)
    larger = PairedBatches(batches.labelled, Batches(_texts(100), 17, 9, "tail"))
    assert (
        larger.texts_read(7, 6)
        == 100
        > PairedBatches(batches.labelled, Batches(_texts(100), 16, 9, "tail")).texts_read(7, 6)
    )


def test_the_end_says_what_was_read_and_by_the_best_epoch() -> None:
    state: Any = SimpleNamespace(epoch=4, best_epoch=1, so_far=SimpleNamespace(step=1))
    found = UnlabelledRead.of(_batches(8, 100), _config(9), state)
    assert found == UnlabelledRead(100, 36, 8)
    assert found.sentence(1) == "36 of 100 texts were read (36 %), 8 of them by the end of epoch 1, the best one"
    assert UnlabelledRead(100, 100, 100).sentence(4) == "all 100 texts were read"
    assert UnlabelledRead.of(_batches(8, 100).labelled, _config(9), state) is None
    assert planned_reading(_batches(8, 100).labelled, _config(9)) is None
    assert UnlabelledRead.from_json(found.to_json()[UNLABELLED_READ]) == found


@pytest.mark.parametrize("saved", [None, 3, {}, {"texts": "all", "read": 1}, {"texts": 1, "read": 2}])
def test_malformed_entries_are_none(saved: Any) -> None:
    assert UnlabelledRead.from_json(saved) is None


def test_the_option_that_the_note_names_exists() -> None:
    from seqclf.config.schema import TrainingConfig

    assert "unlabelled_batch_size" in TrainingConfig.model_fields
