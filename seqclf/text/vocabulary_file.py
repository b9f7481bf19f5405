"""The ``subword_file`` tokenizer: a vocabulary made elsewhere, WordPiece (BERT's vocab.txt) or ``.subwords``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqclf.errors import InputError
from seqclf.text.chunks import count_chunks, frequent_chunks
from seqclf.text.subword import SubwordTokenizer
from seqclf.text.subword_text_encoder import SubwordTextEncoder
from seqclf.text.tokenizer import PAD, UNKNOWN, Tokenizer

_ENCODER_HEADER = "### SubwordTextEncoder"
_METADATA = "### Metadata: "
_MOST_BYTES = 64 * 1024 * 1024
_MOST_PIECES = 1_000_000


@dataclass(frozen=True)
class Vocabulary:
    """What a vocabulary file holds: the pieces in their order; ``is_encoder`` says that it is a ``.subwords`` file."""

    pieces: tuple[str, ...]
    is_encoder: bool


def tokenizer_from_file(texts: Iterable[str], *, file: str, lowercase: bool | None = None) -> Tokenizer:
    """The file's tokenizer; the training texts only say which chunks are frequent.

    ``lowercase`` None: if it is a WordPiece vocabulary without capital letters. Raises ``InputError`` like
    ``read_vocabulary``.
    """
    vocabulary = read_vocabulary(Path(file).expanduser())
    pieces = vocabulary.pieces
    if vocabulary.is_encoder:
        return SubwordTextEncoder(pieces, lowercase=bool(lowercase))
    if lowercase is None:
        special = (piece.startswith("[") and piece.endswith("]") for piece in pieces)
        lowercase = all(
            piece == piece.lower() for piece, is_special in zip(pieces, special, strict=True) if not is_special
        )
    # Padding has id 0; apart from that a piece's id is the number of its line, from 0, where the file has both tokens.
    special_tokens = [PAD, *([] if UNKNOWN in pieces else [UNKNOWN])]
    ordered = [*special_tokens, *(piece for piece in pieces if piece != PAD)]
    chunks = frequent_chunks(count_chunks(texts), lowercase)
    return SubwordTokenizer(ordered, lowercase=lowercase, known_chunks=chunks)


def read_vocabulary(path: Path) -> Vocabulary:
    """Read a file of either kind; what it is, is seen from its first line.

    Raises ``InputError`` where it cannot be read or is something else, with the number of the line.
    """
    lines = _lines(path)
    if lines and lines[0].lstrip().startswith(("{", "[")) and _is_json(lines):
        raise InputError(f"{path}: is JSON; {_EXPECTED}")
    is_encoder = lines[:1] == [_ENCODER_HEADER]
    pieces = _encoder_pieces(path, lines) if is_encoder else _wordpieces(path, lines)
    if not pieces:
        raise InputError(f"{path}: holds no pieces; {_EXPECTED}")
    if len(pieces) > _MOST_PIECES:
        raise InputError(f"{path}:{_MOST_PIECES + 1}: more than {_MOST_PIECES:,} pieces")
    return Vocabulary(tuple(pieces), is_encoder)


_EXPECTED = (
    "expected a WordPiece vocabulary (one piece a line, such as BERT's vocab.txt) or a .subwords file of "
    "tensorflow-datasets"
)


def _lines(path: Path) -> list[str]:
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a folder; {_EXPECTED}")
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
    # Not splitlines: a piece may hold U+0085 and its like.
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
            raise InputError(f"{path}:{number}: {_shown(line)} stands in line {places[line]} already")
        places[line] = number
    return list(places)


def _shown(line: str) -> str:
    return f'"{line[:60]}"' if line else "an empty line"
