"""Loads the weights of a run into a model that its config describes."""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

import keras

from seqclf.errors import InputError


def load_weights(model: keras.Model, path: Path) -> None:
    """Give the model the weights of a Keras file. Its layers are not read.

    Raises ``InputError`` if the file is missing, malformed or of another model.
    """
    try:
        model.load_weights(path)
    except (OSError, ValueError, LookupError, BadZipFile) as error:
        raise InputError(f"{path}: cannot be read as a model ({error})") from error
