"""The tokenizers, a module for each kind, named after it. Modules in this package are discovered automatically and
imported when used. None imports TensorFlow."""

from __future__ import annotations

import json
from pathlib import Path

from seqclf.errors import InputError
from seqclf.text.named import class_named
from seqclf.text.tokenizer import TOKENIZER_FILE, Tokenizer


def load_tokenizer(folder: Path) -> Tokenizer:
    """Read a folder that ``Tokenizer.save`` wrote. Safe for untrusted folders: it reads data, never code.

    Raises ``InputError`` if the file is missing or malformed.
    """
    path = folder / TOKENIZER_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        # A file in the format of `tokenizers` has the type of its model instead.
        kind = content["type"] if "type" in content else {"WordPiece": "subword"}[content["model"]["type"]]
        found: type[Tokenizer] = class_named(kind, __name__, Tokenizer)
        return found.restore(content, folder)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{path}: not a tokenizer that seqclf wrote ({error})") from error
