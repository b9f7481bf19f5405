"""The ``subword_file`` tokenizer: an existing vocabulary, either WordPiece (BERT's vocab.txt) or ``.subwords``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqclf.errors import InputError
from seqclf.files import expanded
from seqclf.text.chunks import count_chunks, frequent_chunks
from seqclf.text.kinds.subword import SubwordTokenizer
from seqclf.text.kinds.subword_text_encoder import SubwordTextEncoder
from seqclf.text.normal_form import NormalForm, normal_form
from seqclf.text.tokenizer import PAD, UNKNOWN, Tokenizer
from seqclf.text.word_rules import NEWEST, Version

_ENCODER_HEADER = "### SubwordTextEncoder"
_METADATA = "### Metadata: "
_MOST_BYTES = 64 * 1024 * 1024
_MOST_PIECES = 1_000_000
_MOST_COUNTED = 200_000  # texts in which frequent chunks are counted; they affect the speed of exported models, no ids


@dataclass(frozen=True)
class Vocabulary:
    """The pieces of a vocabulary file in order; ``is_encoder``: whether it is a ``.subwords`` file."""

    pieces: tuple[str, ...]
    is_encoder: bool


def tokenizer_from_file(
    texts: Iterable[str],
    *,
    file: str,
    lowercase: bool | None = None,
    normalize: NormalForm | None = None,
    words: Version = NEWEST,
) -> Tokenizer:
    """The tokenizer of the file; the training texts only determine which chunks are frequent.

    Args:
        lowercase: None: lowercase only if it is a WordPiece vocabulary without uppercase letters.
        normalize: None: NFC, or no normal form if the file has pieces that are not in NFC.
        words: version of the definition of a word; without effect for ``.subwords``.

    Raises ``InputError`` like ``read_vocabulary``.
    """
    vocabulary = read_vocabulary(expanded(file))
    pieces = vocabulary.pieces
    if normalize is None:
        normalize = "nfc" if all(piece == normal_form(piece, "NFC") for piece in pieces) else "none"
    if vocabulary.is_encoder:
        return SubwordTextEncoder(pieces, lowercase=bool(lowercase), normalize=normalize)
    if lowercase is None:
        special = (piece.startswith("[") and piece.endswith("]") for piece in pieces)
        lowercase = all(
            piece == piece.lower() for piece, is_special in zip(pieces, special, strict=True) if not is_special
        )
    # Padding has id 0. If the file has both special tokens, the id of any other piece is its line number, from 0.
    special_tokens = [PAD, *([] if UNKNOWN in pieces else [UNKNOWN])]
    ordered = [*special_tokens, *(piece for piece in pieces if piece != PAD)]
    chunks = frequent_chunks(count_chunks(_some_of(texts)), lowercase)
    return SubwordTokenizer(ordered, lowercase=lowercase, known_chunks=chunks, normalize=normalize, words=words)


def _some_of(texts: Iterable[str]) -> Iterable[str]:
    """Texts from all over many texts: a training with a vocabulary need not wait for a count of all words."""
    if not isinstance(texts, Sequence) or len(texts) <= _MOST_COUNTED:
        return texts
    return (texts[place] for place in range(0, len(texts), -(-len(texts) // _MOST_COUNTED)))


def read_vocabulary(path: Path) -> Vocabulary:
    """Read a vocabulary file of either format, which the first line determines.

    Raises ``InputError`` with the line number if the file cannot be read or is malformed.
    """
    lines = _lines(path)
    if lines and lines[0].lstrip().startswith(("{", "[")) and _is_json(lines):
        raise InputError(f"{path}: found JSON; {_EXPECTED}")
    is_encoder = lines[:1] == [_ENCODER_HEADER]
    pieces = _encoder_pieces(path, lines) if is_encoder else _wordpieces(path, lines)
    if not pieces:
        raise InputError(f"{path}: contains no pieces; {_EXPECTED}")
    if len(pieces) > _MOST_PIECES:
        raise InputError(f"{path}:{_MOST_PIECES + 1}: more than {_MOST_PIECES:,} pieces")
    return Vocabulary(tuple(pieces), is_encoder)


_EXPECTED = (
    "expected a WordPiece vocabulary (one piece per line, such as BERT's vocab.txt) or a .subwords file of "
    "tensorflow-datasets"
)


def _lines(path: Path) -> list[str]:
    try:
        if path.is_dir():
            raise InputError(f"{path}: found a folder; {_EXPECTED}")
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); {_EXPECTED}") from error
    if len(content) > _MOST_BYTES:
        raise InputError(f"{path}: over {_MOST_BYTES // 2**20} MiB, too large for a vocabulary; {_EXPECTED}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}:{line}: not UTF-8 text (byte {error.start + 1}); {_EXPECTED}") from error
    # Not splitlines: a piece may contain U+0085 and similar characters.
    lines = text.split("\n")
    return [line.removesuffix("\r") for line in (lines if lines[-1] else lines[:-1])]


def _is_json(lines: Sequence[str]) -> bool:
    try:
        return isinstance(json.loads("\n".join(lines)), dict | list)
    except (ValueError, RecursionError):
        return False


def _encoder_pieces(path: Path, lines: list[str]) -> list[str]:
    metadata = lines[1] if len(lines) > 1 else ""
    try:
        if not metadata.startswith(_METADATA) or not isinstance(json.loads(metadata.removeprefix(_METADATA)), dict):
            raise ValueError
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}:2: expected {_METADATA}{{}}, found {_shown(metadata)}") from error
    pieces = []
    for number, line in enumerate(lines[2:], 3):
        if len(line) < 3 or not (line[0] == line[-1] == "'"):
            raise InputError(f"{path}:{number}: expected a subword in single quotes, found {_shown(line)}")
        pieces.append(line[1:-1])
    return pieces


def _wordpieces(path: Path, lines: list[str]) -> list[str]:
    places: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line or " " in line or "\t" in line or "\0" in line:
            raise InputError(f"{path}:{number}: expected one piece, found {_shown(line)}; {_EXPECTED}")
        if line in places:
            raise InputError(f"{path}:{number}: duplicate {_shown(line)} (first on line {places[line]})")
        places[line] = number
    return list(places)


def _shown(line: str) -> str:
    return f'"{line[:60]}"' if line else "an empty line"
