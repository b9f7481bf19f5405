"""Pydantic's errors in our words: what is wrong, what was expected, what was found."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from seqclf.config.problems import Path, Problem, did_you_mean
from seqclf.config.walk import Model, homes_of, locate, tag_of

_TYPES = {
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "a text",
    "list_type": 'a list ("- ..." lines, or [...])',
    "model_type": "options (name: value)",
    "model_attributes_type": "options (name: value)",
    "dict_type": "options (name: value)",
}
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}

# Names by which others know our types and sources.
_ALSO_CALLED = {
    **dict.fromkeys(("csv", "tsv", "json", "jsonl", "file", "files"), "table"),
    **dict.fromkeys(("directory", "dir", "folders", "text_files"), "folder"),
    **dict.fromkeys(("tensorflow_datasets", "tensorflow-datasets", "imdb", "imdb_reviews"), "tfds"),
    **dict.fromkeys(("bilstm", "bidirectional"), "lstm"),
    **dict.fromkeys(("rnn", "simplernn", "elman", "vanilla"), "simple_rnn"),
    **dict.fromkeys(("conv", "cnn", "convolution"), "conv1d"),
    **dict.fromkeys(("maxpool", "max_pool", "max_pooling"), "max_pool1d"),
    **dict.fromkeys(("globalaveragepooling1d", "global_average_pooling", "mean", "average", "pooling"), "pool"),
    **dict.fromkeys(("linear", "fully_connected", "fc"), "dense"),
}

# Names by which others know our options.
_MEANT = {
    **dict.fromkeys(("lr", "learningrate"), "learning_rate"),
    **dict.fromkeys(("hidden_size", "hidden_units", "num_units", "hidden", "n_units"), "units"),
    **dict.fromkeys(("embedding_dim", "embedding_size", "output_dim", "size"), "dim"),
    **dict.fromkeys(("max_length", "maxlen", "max_len", "sequence_length", "max_sequence_length"), "max_tokens"),
    **dict.fromkeys(("vocabulary_size", "num_words", "vocab"), "vocab_size"),
    **dict.fromkeys(("num_epochs", "max_epochs", "n_epochs"), "epochs"),
    **dict.fromkeys(("gradient_clip", "clipnorm", "global_clipnorm", "clip"), "clip_norm"),
    **dict.fromkeys(("dropout_rate", "p"), "dropout"),
    **dict.fromkeys(("kernel", "window"), "kernel_size"),
    **dict.fromkeys(("validation_split", "valid", "dev", "val"), "validation"),
    **dict.fromkeys(("pretrained", "weights", "glove"), "vectors"),
    **dict.fromkeys(("random_seed", "random_state"), "seed"),
}


def problems_of(error: ValidationError, words: Mapping[Path, str]) -> list[Problem]:
    """One problem for each option that is wrong.

    ``words`` are the values written as an unquoted ``yes``, ``no``, ``on`` or ``off``.
    """
    by_path: dict[Path, tuple[list[Any], list[Model]]] = {}
    for details in error.errors(include_url=False):
        path, models = locate(details["loc"])
        if details["type"] == "union_tag_invalid":
            path = (*path, details["ctx"]["discriminator"].strip("'"))
        by_path.setdefault(path, ([], models))[0].append(details)
    return [Problem(path, _message(found, models, path, words)) for path, (found, models) in by_path.items()]


def _message(errors: Sequence[Any], models: Sequence[Model], path: Path, words: Mapping[Path, str]) -> str:
    # A value that may be of several types has an error for each: those of its own type say most.
    details = next((error for error in errors if not error["type"].endswith("_type")), errors[0])
    kind, found, context = details["type"], details["input"], details.get("ctx", {})
    tags = [tag for tag in map(tag_of, models) if tag]
    if kind == "extra_forbidden":
        return _unknown_option(str(path[-1]), path, models[0])
    if kind == "missing":
        return "is missing; it has no default"
    if kind == "union_tag_not_found":
        key = context["discriminator"].strip("'")
        named = next((name for name in found if name in tags), None) if isinstance(found, dict) else None
        return f"needs {key} (one of {', '.join(tags)})" + (
            f"; write {key}: {named}, its options beside it" if named else ""
        )
    if kind == "union_tag_invalid":
        tag = found.get(path[-1]) if isinstance(found, dict) else None
        if not isinstance(tag, str):
            return f"expected one of {', '.join(tags)}; found {shown(tag)}"
        meant = _ALSO_CALLED.get(tag.lower())
        return f'unknown value "{tag[:60]}"' + did_you_mean(meant if meant in tags else tag, tags)
    if kind == "literal_error":
        options = [option.strip().strip("'") for option in context["expected"].replace(" or ", ", ").split(",")]
        if not isinstance(found, str):
            return f"expected one of {', '.join(options)}; found {shown(found)}"
        return f'unknown value "{found[:60]}"' + did_you_mean(found, options)
    if kind == "too_short" or kind == "string_too_short":
        return "expected at least one, found none" if kind == "too_short" else "expected a text, found an empty one"
    if kind in ("too_long", "string_too_long"):
        what = " characters" if isinstance(found, str) else ""
        return f"expected at most {context['max_length']}{what}, found {len(found)}"
    if kind == "string_pattern_mismatch":
        return f"expected letters, digits, dots, dashes and underscores, no dash or dot first; found {shown(found)}"
    if kind == "finite_number":
        return f"expected a finite number, found {shown(found)}"
    if kind in _BOUNDS:
        bound, words_for_it = _BOUNDS[kind]
        limit = context[bound]
        return (
            f"expected {words_for_it} {format(int(limit), ',') if limit == int(limit) else limit}, found {shown(found)}"
        )
    if kind.endswith("_type"):
        expected = " or ".join(dict.fromkeys(_TYPES.get(error["type"], error["type"]) for error in errors))
        return f"expected {expected}, found {shown(found)}{_hint(found, kind, tags, words.get(path))}"
    return f"{details['msg']}, found {shown(found)}"


def _unknown_option(name: str, path: Path, model: Model) -> str:
    """With the option that may be meant: of this section by its spelling, of another by its name."""
    meant = _MEANT.get(name.lower(), name)
    if meant != name and meant in model.model_fields:
        return f'unknown option; did you mean "{meant}"?'
    homes = homes_of(meant)
    section = ".".join(part for part in path[:-1] if isinstance(part, str))
    tags = [str(tag_of(other)) for place, other in homes if place == section and tag_of(other)]
    if tags and tag_of(model):
        return f"unknown option for {tag_of(model)} (known to {', '.join(tags)})"
    if homes and not homes[0][0].startswith(("layers", "head")):
        section = f"{homes[0][0]}." if homes[0][0] else ""
        return f'unknown option here; did you mean "{section}{meant}"?'
    return "unknown option" + did_you_mean(name, list(model.model_fields))


def _hint(found: Any, kind: str, tags: Sequence[str], word: str | None) -> str:
    """Why a value is not what its writer took it for."""
    if word is not None and kind == "bool_type":
        truth = "true" if word.lower() in ("yes", "on") else "false"
        return f" ({word} is a truth value in YAML 1.1 alone); write {truth}"
    if word is not None:
        return f" ({word} is a truth value in YAML 1.1, a word in 1.2)"
    if isinstance(found, str) and found in tags:
        written = f"{{{'source' if 'table' in tags else 'type'}: {found}}}"
        return f"; write [{written}]" if kind == "list_type" else f"; write {written}"
    if isinstance(found, bool) and kind.startswith("model"):
        return "; write {} for its defaults, or leave it out"
    if found is None:
        return "; give it a value, or leave it out where it has a default"
    if isinstance(found, str) and kind in ("int_type", "float_type") and _is_number(found):
        return "; without the quotes it is a number"
    if isinstance(found, str) and kind == "bool_type" and found.lower() in ("true", "false"):
        return "; without the quotes it is a truth value"
    return ""


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def shown(value: Any) -> str:
    """A value as its writer would know it, in at most 60 characters."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return (
            "an empty mapping"
            if not value
            else f"a mapping ({', '.join(map(str, list(value)[:3]))}{', ...' if len(value) > 3 else ''})"[:60]
        )
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, int) and abs(value) >= 10**20:
        return f"a number of {len(str(abs(value))) if abs(value) < 10**4000 else 'thousands of'} digits"
    text = f"the text {json.dumps(value, ensure_ascii=False)}" if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
