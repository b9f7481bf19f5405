"""Reads a saved tokenizer of any kind; ``seqclf.text.kinds.load_tokenizer`` also reads one of several fields."""

from __future__ import annotations

import json
from pathlib import Path

from seqclf.errors import InputError
from seqclf.text.named import class_named
from seqclf.text.tokenizer import TOKENIZER_FILE, Tokenizer

MALFORMED = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What reading a malformed file raises."""

_KINDS = "seqclf.text.kinds"


def load_plain(folder: Path) -> Tokenizer:
    """The tokenizer of any kind that ``Tokenizer.save`` saved. Raises ``InputError``."""
    path = folder / TOKENIZER_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        # A file in the format of `tokenizers` has the type of its model instead.
        kind = content["type"] if "type" in content else {"WordPiece": "subword"}[content["model"]["type"]]
        found: type[Tokenizer] = class_named(kind, _KINDS, Tokenizer)
        return found.restore(content, folder)
    except MALFORMED as error:
        raise InputError(f"{path}: not a tokenizer that seqclf wrote ({error})") from error
