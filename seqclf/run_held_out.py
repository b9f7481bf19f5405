"""What a model said of the validation texts before its n-grams were fitted to them, too (``ngrams.refit``).

The final model has seen these texts, so its own answers say nothing about new ones. Those of the model before do: what
is chosen on them serves the final model, as a classifier that is calibrated by cross-validation is fitted to all texts
at the end (``CalibratedClassifierCV(ensemble=False)`` of scikit-learn).
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.files import replacing
from seqclf.run_files import REMEDY


@dataclass(frozen=True)
class HeldOut:
    """Answers of a model without calibration.

    Attributes:
        logits: ``float32 [texts, 1 or labels]``, in the order of the validation texts.
        known: which texts have a known token, or a value beside the text, ``bool [texts]``.
    """

    logits: NDArray[np.float32]
    known: NDArray[np.bool_]

    def write(self, path: Path) -> None:
        with replacing(path) as beside, beside.open("wb") as file:
            np.savez(file, logits=self.logits, known=self.known)

    @classmethod
    def read(cls, path: Path, units: int, texts: int) -> HeldOut:
        """Raises ``InputError`` if the file cannot be read, or has another number of output units or texts."""
        try:
            with np.load(path, allow_pickle=False) as saved:
                logits, known = np.asarray(saved["logits"], np.float32), np.asarray(saved["known"], np.bool_)
        except (OSError, ValueError, LookupError, EOFError, zipfile.BadZipFile) as error:
            raise InputError(f"{path}: cannot be read ({error}); {REMEDY}") from error
        if logits.shape != (texts, units) or known.shape != (texts,):
            raise InputError(
                f"{path}: expected {units} logits of each of {texts:,} validation texts, found the shape "
                f"{list(logits.shape)}; {REMEDY}"
            )
        return cls(logits, known)
