"""The tokenizers, a module for each kind, named after it. Modules in this package are discovered automatically and
imported when used. None imports TensorFlow."""

from __future__ import annotations

import json
from pathlib import Path

from seqclf.errors import InputError
from seqclf.text.field_tokenizer import FIELDS_FILE, FieldTokenizer
from seqclf.text.saved import MALFORMED, load_plain
from seqclf.text.tokenizer import Tokenizer


def load_tokenizer(folder: Path) -> Tokenizer:
    """Read a folder that ``Tokenizer.save`` wrote. Safe for untrusted folders: it reads data, never code.

    Raises ``InputError`` if a file is missing or malformed.
    """
    path = folder / FIELDS_FILE
    if not path.exists():
        return load_plain(folder)
    try:
        return FieldTokenizer.restore(json.loads(path.read_text(encoding="utf-8")), folder)
    except MALFORMED as error:
        raise InputError(f"{path}: not a file that seqclf wrote ({error})") from error
