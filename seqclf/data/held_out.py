"""Which texts are held out, without their labels: for comparisons with texts that a training reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seqclf.cache import cached
from seqclf.config import Config
from seqclf.data.corpus import Corpus
from seqclf.data.equal_texts import text_digests
from seqclf.errors import InputError
from seqclf.sources.texts import digest

HELD_OUT = ("validation", "test")

_FORMAT = 1  # increment when the digest of a text changes
_FILE = "texts.npy"


def held_out_digests(config: Config, corpus: Corpus, split: str, why: str) -> NDArray[np.uint64]:
    """Digests of the texts of a validation or test split (``equal_texts``), ``uint64 [texts]``, from the cache if they
    are there. The labels of a split that is a part of its own are not read.

    Raises ``InputError`` if the split cannot be read; the message says ``why`` it is.
    """

    def make(folder: Path) -> None:
        if not corpus.has_own_part(split):
            texts = corpus.texts(split).texts
        else:
            try:
                texts = config.data.open(with_labels=False).read(corpus.part(split)).texts
            except InputError as error:
                raise InputError(f"data.{split}: {error} (it is read because {why})") from error
        np.save(folder / _FILE, text_digests(texts))

    key = digest(_FORMAT, "held out", split, corpus.fingerprint(split))
    digests: NDArray[np.uint64] = np.load(cached("digests", key, make) / _FILE)
    return digests
