"""Write a config as commented YAML that reads back unchanged, whatever names files, columns and labels have."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from glob import has_magic
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.tables.packed import unpacked_name
from seqclf.tables.values import is_text

_PLAIN = re.compile(r"(?:[A-Za-z_]|\.{0,2}/)[A-Za-z0-9_./-]*")  # not .inf or .5
_RESERVED = {"null", "true", "false", "yes", "no", "on", "off", "y", "n", "~"}
_WIDTH = 110
_COMMENT_AT = 30

COMMENTS = {
    "seed": "seed of all random numbers",
    "data.validation": "fraction of the texts that choose the best epoch, or a separate file",
    "data.test": "fraction of the texts that only `seqclf eval` reads, or a separate file",
    "data.documents": "a document is a file, a line or text between blank lines (blank_line)",
    "data.exclude": "folders that are not labels",
    "data.weight": "how much each text counts",
    "data.extra": "columns beside the text, which the head also reads",
    "data.unknown_labels": "texts whose label no training text has count as errors",
    "task.window": "tokens that are read at once; gradients do not go further back",
    "task.sampled": "compare with this many random tokens instead of all: faster",
    "tokenizer.line_breaks": "line breaks are tokens",
    "tokenizer.vocab_size": "at most this many tokens, from the training texts",
    "tokenizer.max_tokens": "longer texts lose their middle",
    "embedding.dim": "length of a token's vector",
    "embedding.dropout": "fraction of the vectors' entries dropped during training",
    "embedding.word_dropout": "fraction of the tokens dropped during training",
    "layers": "from token vectors to one vector per text, first to last",
    "ngrams": "a linear model over n-grams of tokens, alongside the network or alone",
    "ngrams.refit": "fit again at the end, with the validation texts",
    "head": "between the text's vector and the output layer",
    "training.class_weights": "every label counts the same, however few texts it has",
    "training.early_stopping": "may end earlier; the best epoch's weights are kept",
    "training.early_stopping.patience": "stop after this many epochs without improvement",
}


_OF_PARTS = {
    "data.validation": "texts that choose the best epoch",
    "data.test": "texts that only `seqclf eval` reads",
}


def config_text(options: Mapping[str, Any], heading: Sequence[str]) -> str:
    """The options as YAML in the given order, with blank lines between sections, below ``heading`` as comments."""
    return "\n".join(commented_lines(heading)) + "\n" + options_text(options)


def commented_lines(paragraphs: Sequence[str]) -> list[str]:
    """Paragraphs as lines of comments."""
    return [f"# {line}" for paragraph in paragraphs for line in textwrap.wrap(one_line(paragraph), _WIDTH)]


def options_text(options: Mapping[str, Any]) -> str:
    """The options as YAML in the given order, with comments and with blank lines between sections."""
    lines: list[str] = []
    for name, value in options.items():
        if isinstance(value, Mapping | list):
            lines.append("")
        lines += _option(name, value, "", name)
    return "\n".join(lines) + "\n"


def with_data(template: str, name: str, data: Mapping[str, Any]) -> str:
    """A template's text with other data and another name; it keeps its comments."""
    kept: list[str] = []
    skipping = False
    for line in template.splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            skipping = line.split(":")[0] in ("data", "name")
            if line.startswith("data:"):
                kept += _option("data", data, "", "data")
            elif line.startswith("name:"):
                kept += _option("name", name, "", "name")
        elif not line:
            skipping = False
        if not skipping:
            kept.append(line)
    return "\n".join(kept) + "\n"


def _option(name: str, value: Any, indent: str, path: str) -> Iterator[str]:
    comment = _OF_PARTS.get(path) if isinstance(value, str) else None
    comment = comment or COMMENTS.get(path)
    if isinstance(value, Mapping) and value:
        yield _commented(f"{indent}{scalar(name)}:", comment)
        for inner, item in value.items():
            yield from _option(inner, item, f"{indent}  ", f"{path}.{inner}")
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) and item for item in value):
        yield _commented(f"{indent}{name}:", comment)
        for item in value:
            lines = [line for inner, one in item.items() for line in _option(inner, one, "", f"{path}[].{inner}")]
            yield f"{indent}  - {lines[0]}"
            yield from (f"{indent}    {line}" for line in lines[1:])
    else:
        yield _commented(f"{indent}{scalar(name)}: {scalar(value)}", comment)


def _commented(option: str, comment: str | None) -> str:
    return f"{option:{_COMMENT_AT}} # {comment}" if comment else option


def scalar(value: Any) -> str:
    """A value as YAML on one line. Raises ``InputError`` for a string that UTF-8 cannot encode."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {scalar(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(scalar, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        short = f"{value:.0e}".replace("e-0", "e-")
        return short if 0 < abs(value) < 0.01 and float(short) == value else repr(value)
    if not is_text([value]):
        raise InputError(f"{value.encode('ascii', 'backslashreplace').decode()}: is not UTF-8; rename it")
    plain = _PLAIN.fullmatch(value) and value.lower() not in _RESERVED
    return value if plain else '"' + "".join(map(_escaped, value)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def one_line(text: str) -> str:
    """The text for comments and the screen, without line breaks and unprintable characters."""
    return "".join(character if character.isprintable() else " " for character in text)


def name_after(path: str) -> str:
    """The config's name: that of the file, or of its folder if the file is just ``train.csv``, or ``*.csv``."""
    here = Path(path).absolute()
    stem = here.name if here.is_dir() else unpacked_name(here).stem
    if stem.lower() in ("train", "training", "data", "dataset") or not as_name(stem):
        stem = next((one.name for one in here.parents if not has_magic(one.name)), "")
    return as_name(re.sub(r"[-_. ](?:train|training)$", "", stem, flags=re.IGNORECASE)) or "classifier"


def as_name(text: str) -> str:
    """The text with the characters that a config's name may have; empty if it has none of them."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return re.sub(r"[^A-Za-z0-9._]+", "-", plain).strip("-._")[:60].rstrip("-._")
