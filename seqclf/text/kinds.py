"""Create the tokenizer of a config, or load a saved one. Does not import TensorFlow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.text.byte import ByteTokenizer
from seqclf.text.char import CharTokenizer
from seqclf.text.subword import SubwordTokenizer
from seqclf.text.subword_text_encoder import SubwordTextEncoder
from seqclf.text.tokenizer import TOKENIZER_FILE, Tokenizer
from seqclf.text.vocabulary_file import tokenizer_from_file
from seqclf.text.word import WordTokenizer

# By `tokenizer.type`; the other options are keyword arguments.
_LEARN: dict[str, Callable[..., Tokenizer]] = {
    "subword": SubwordTokenizer.learn,
    "subword_file": tokenizer_from_file,
    "word": WordTokenizer.learn,
    "char": CharTokenizer.learn,
    "byte": ByteTokenizer.learn,
}
_SAVED: dict[str, type[Tokenizer]] = {
    kind.kind: kind for kind in (SubwordTokenizer, SubwordTextEncoder, WordTokenizer, CharTokenizer, ByteTokenizer)
}


def learn_tokenizer(texts: Iterable[str], *, type: str = "subword", **options: Any) -> Tokenizer:
    """Train the tokenizer of a config on these texts. ``options`` exclude ``max_tokens`` and ``truncate``.

    Deterministic: the same texts give the same ids. Raises ``InputError`` for an unusable vocabulary file.
    """
    return _LEARN[type](texts, **options)


def load_tokenizer(folder: Path) -> Tokenizer:
    """Read a folder that ``Tokenizer.save`` wrote. Safe for untrusted folders: it reads data, never code.

    Raises ``InputError`` if the file is missing or malformed.
    """
    path = folder / TOKENIZER_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        # A file in the format of `tokenizers` has the type of its model instead.
        kind = content["type"] if "type" in content else {"WordPiece": "subword"}[content["model"]["type"]]
        return _SAVED[kind].restore(content, folder)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{path}: not a tokenizer that seqclf wrote ({error})") from error
