"""The thorough judge: the network of the config, trained once for each fold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.cache import cache_folder
from seqclf.config import Config, checked_config
from seqclf.config.loading import plain
from seqclf.data.corpus import Corpus
from seqclf.data.unlabelled import UNLABELLED, UnlabelledPart
from seqclf.data.written_splits import write_texts
from seqclf.errors import InputError
from seqclf.files import scratch_folder
from seqclf.labels import Labels
from seqclf.runs import CLASSIFICATION, INTERRUPTED, Run
from seqclf.sources.texts import LabelledTexts, digest
from seqclf.training.options import Callbacks, TrainOptions

_KIND = "suspects"  # of cache entries; what killed processes leave there is removed by later ones


@dataclass(frozen=True)
class Networks:
    """Trains the network of a config for each fold, in a folder of runs that is then deleted.

    The texts held out are the validation texts: early stopping and the best epoch are chosen on them. That is harmless.
    A choice of one of some dozen epochs says less than a byte about the labels of a whole fold, so it cannot favour a
    single wrong label; no weight is ever fitted to them.
    """

    config: Config
    options: TrainOptions = TrainOptions()
    callbacks: Callbacks = field(default_factory=Callbacks)

    @property
    def key(self) -> str:
        options = plain(self.config)
        decisive = {name: options[name] for name in options if name not in ("data", "name")}
        files = [(str(path), *_state(path)) for path in self._starts()]
        others = [] if (part := self._unlabelled()) is None else [part.fingerprint]
        return digest(
            "network", json.dumps(decisive), *sorted(self.config.tokenizer.decisive().items()), *files, *others
        )

    def _unlabelled(self) -> UnlabelledPart | None:
        """The texts of ``data.unlabelled``, which every fold reads; those equal to a text held out are left out."""
        if self.config.data.unlabelled_part is None:
            return None
        return UnlabelledPart(self.config, Corpus(self.config))

    def _starts(self) -> Iterator[Path]:
        """Files that change when the weights do that the training starts with."""
        if self.config.embedding.vectors is not None:
            yield Path(self.config.embedding.vectors)
        for origin in () if self.config.initialize is None else self.config.initialize.origins:
            run = Run(Path(origin))
            yield from (run.model, run.folder / "manifest.json")

    def announcement(self, times: int, texts: int) -> str:
        what = f"{times:,} network{'' if times == 1 else 's'} on about {texts:,} texts each"
        return f"Training {what}; --model linear takes a small part of the time"

    def check(self) -> None:
        """Raise ``InputError`` if the config starts from a classifier, which has seen the labels to be judged."""
        if self.config.training.teacher is not None:
            raise InputError(
                "training.teacher: a teacher may have been trained on the labels to be judged and would repeat them; "
                "judge by --model linear, or add --set training.teacher=null (and data.unlabelled=null)"
            )
        start = self.config.initialize
        for origin in () if start is None else start.origins:
            run = Run(Path(origin))
            if run.has_manifest and run.task == CLASSIFICATION:
                raise InputError(
                    f"initialize: {origin} is a classifier, which may have been trained on the labels to be judged and "
                    "would repeat them; judge by --model linear, or add --set initialize=null"
                )

    def probabilities(self, train: LabelledTexts, held: LabelledTexts, labels: Labels) -> NDArray[np.float32]:
        """Raises ``KeyboardInterrupt`` if the training was interrupted; else as ``seqclf.training.session``."""
        from seqclf.evaluation.opening import open_classifier
        from seqclf.training.session import train_new

        found = np.zeros((len(held), len(labels)), np.float32)
        (cache_folder() / _KIND).mkdir(parents=True, exist_ok=True)
        with scratch_folder(cache_folder() / _KIND / "network") as folder:
            known = {name for names in set(train.label_sets) for name in names}
            validated = held.chosen(np.flatnonzero([known.issuperset(names) for names in held.label_sets]))
            texts = {"train": train, "validation": validated}
            if (part := self._unlabelled()) is not None:
                texts[UNLABELLED] = part.texts()
            config = self._of_fold(texts, folder)
            run, outcome = train_new(config, folder / "runs", replace(self.options, report=False), self.callbacks)
            if outcome.status == INTERRUPTED:
                raise KeyboardInterrupt
            classifier = open_classifier(run)
            places = [labels.names.index(name) for name in classifier.labels]
            found[:, places] = classifier.probabilities(
                held.texts, {name: values.tolist() for name, values in held.extra.items()}
            )
        return found

    def _of_fold(self, texts: dict[str, LabelledTexts], folder: Path) -> Config:
        """The config with the texts of a fold, written to files."""
        columns = self.config.data.columns(with_groups=False)
        files = write_texts({name: part for name, part in texts.items() if len(part)}, columns, folder)
        data: dict[str, Any] = {"source": "table", "text": columns.text, "test": None}
        beside = (("label", columns.label), ("weight", columns.weight), ("extra", dict(columns.extra)))
        data |= {name: value for name, value in beside if value}
        data |= {"validation": 0.0} | {name: str(folder / file) for name, file in files.items()}
        values = plain(self.config) | {"name": "fold", "data": data}
        values["training"] |= {"baseline": False}
        if not len(texts["validation"]):  # all of them have labels that no other fold has
            values["training"] |= {"early_stopping": None}
        if values.get("ngrams") is not None:
            values["ngrams"] |= {"refit": False}  # it would fit the n-grams to the texts held out
        return checked_config(values)


def _state(path: Path) -> tuple[int, ...]:
    """What changes when the content of a file does, as far as it can be known without reading it; empty without it."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns
