"""Suggestions for unknown names: by spelling, by section, or by the name in other libraries."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import get_origin

from seqclf.config.schema import Config
from seqclf.config.walk import DISCRIMINATORS, Model, homes_of, sections_of_kind, tag_of
from seqclf.option_types import OptionPath
from seqclf.sources import SOURCE_TYPES
from seqclf.sources.base import OTHER_NAMES_OF_TRAIN

_ADDED = dict.fromkeys(("bilstm", "bidirectional"), " With bidirectional: true")

# Options of other libraries that are not needed here.
_NO_OPTIONS = {
    **dict.fromkeys(
        ("output", "outputs", "num_classes", "n_classes", "classes"), "the labels determine the output layer"
    ),
    "stateful": "every text starts from a zero state",
    "unroll": "the loop over a text is never unrolled",
    **dict.fromkeys(
        ("multi_label", "multilabel", "multi", "task", "problem_type"),
        "the data determine whether a text has several labels: lists in jsonl, or data.label_separator",
    ),
    **dict.fromkeys(("metrics", "metric"), "every run has the same metrics, see docs/metrics.md"),
    **dict.fromkeys(("model", "network", "architecture"), "embedding, layers and head are top-level sections"),
}

# Names of our options in other libraries.
OPTIONS_ELSEWHERE = {
    **dict.fromkeys(("lr", "learningrate"), "learning_rate"),
    **dict.fromkeys(("hidden_size", "hidden_units", "num_units", "hidden", "n_units"), "units"),
    **dict.fromkeys(("embedding_dim", "embedding_size", "output_dim", "size"), "dim"),
    **dict.fromkeys(("max_length", "maxlen", "max_len", "sequence_length", "max_sequence_length"), "max_tokens"),
    **dict.fromkeys(("vocabulary_size", "num_words", "vocab"), "vocab_size"),
    **dict.fromkeys(("vocab_file", "vocabulary_file", "path"), "file"),
    **dict.fromkeys(("n", "k", "ngrams", "ngram_size", "ngram_range", "kmer"), "ngram"),
    **dict.fromkeys(("do_lower_case", "lower"), "lowercase"),
    **dict.fromkeys(("min_freq", "min_count", "min_df"), "min_frequency"),
    **dict.fromkeys(("num_epochs", "max_epochs", "n_epochs"), "epochs"),
    **dict.fromkeys(("gradient_clip", "clipnorm", "global_clipnorm", "clip"), "clip_norm"),
    **dict.fromkeys(("dropout_rate", "p"), "dropout"),
    **dict.fromkeys(("kernel", "window"), "kernel_size"),
    **dict.fromkeys(("num_heads", "n_heads"), "heads"),
    **dict.fromkeys(("ffn", "ff_dim", "feed_forward", "intermediate_size"), "hidden_units"),
    **dict.fromkeys(("bias",), "use_bias"),
    **dict.fromkeys(("reverse", "backwards"), "go_backwards"),
    "layer": "layers",
    "merge": "merge_mode",
    **dict.fromkeys(("l2", "kernel_regularizer"), "kernel_l2"),
    "recurrent_regularizer": "recurrent_l2",
    **dict.fromkeys(("kernel_constraint", "maxnorm"), "max_norm"),
    **dict.fromkeys(("token_dropout", "worddropout"), "word_dropout"),
    **dict.fromkeys(("embedding_dropout", "embed_dropout", "dropoute", "vocabulary_dropout"), "row_dropout"),
    **dict.fromkeys(("weight_drop", "weight_dropout", "wdrop", "dropconnect"), "recurrent_weight_drop"),
    **dict.fromkeys(("layer_decay", "layerwise_lr_decay", "llrd", "discriminative_learning_rates"), "layer_rates"),
    **dict.fromkeys(("unfreeze", "gradual_unfreezing", "freeze_epochs"), "unfreeze_every"),
    **dict.fromkeys(("text_column", "text_columns", "text_col", "text_cols", "text_fields"), "text"),
    **dict.fromkeys(("label_column", "label_columns", "label_col", "label_cols", "target_column"), "label"),
    **dict.fromkeys(("validation_split", "valid", "dev", "val"), "validation"),
    **dict.fromkeys(("n_splits", "n_folds", "num_folds", "k_folds", "kfold", "cv", "cross_validation"), "folds"),
    **dict.fromkeys(("pretrained", "weights", "glove"), "vectors"),
    **dict.fromkeys(("loss_function", "objective", "criterion"), "loss"),
    **dict.fromkeys(("smoothing",), "label_smoothing"),
    **dict.fromkeys(("class_weight", "pos_weight", "label_weights", "sample_weights"), "class_weights"),
    **dict.fromkeys(("decay", "l2_regularization", "weight_decay_rate", "wd"), "weight_decay"),
    **dict.fromkeys(("scheduler", "lr_schedule", "lr_scheduler", "lr_scheduler_type"), "schedule"),
    **dict.fromkeys(("learning_rate_schedule", "learning_rate_scheduler", "lr_decay"), "schedule"),
    **dict.fromkeys(("warmup_steps", "num_warmup_steps", "warmup_updates", "warmup_ratio", "warmup_share"), "warmup"),
    **dict.fromkeys(("min_lr", "final_lr", "end_learning_rate", "eta_min", "alpha"), "final"),
    **dict.fromkeys(("max_lr", "peak_lr"), "learning_rate"),
    **dict.fromkeys(("decay_rate",), "rate"),
    **dict.fromkeys(("pct_start",), "rise"),
    **dict.fromkeys(("gradient_accumulation_steps", "gradient_accumulation", "grad_accum_steps"), "accumulate_steps"),
    **dict.fromkeys(("accumulation_steps", "accumulate_grad_batches", "accumulate_gradients"), "accumulate_steps"),
    **dict.fromkeys(("ema", "use_ema", "weight_averaging", "averaging", "polyak", "swa"), "moving_average"),
    **dict.fromkeys(("ema_decay", "ema_momentum"), "decay"),
    **dict.fromkeys(("sam", "sharpness_aware", "sharpness_aware_minimization"), "sharpness"),
    **dict.fromkeys(("separator", "sep", "delimiter"), "label_separator"),
    **dict.fromkeys(("charset", "codec", "file_encoding"), "encoding"),
    **dict.fromkeys(("random_seed", "random_state"), "seed"),
}


@cache
def _kinds_elsewhere() -> dict[str, str]:
    """From names in other libraries to our types, sources and other values."""
    models = [model for key in DISCRIMINATORS for _, model in homes_of(key)]
    return {name: str(tag_of(model)) for model in models for name in getattr(model, "other_names", ())} | {
        "average": "mean"
    }


def known_kind(word: str) -> str:
    """Our name of a type that the user names as another library does: ``language_model`` for ``lm``; else the word."""
    return _kinds_elsewhere().get(word.lower(), word)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """``; did you mean "units"?``, or the list of known names."""
    close = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else f" (known: {', '.join(known)})"


def unknown_value(word: str, known: Sequence[str]) -> str:
    """The message for a value that is not one of ``known``."""
    meant = _kinds_elsewhere().get(word.lower(), word)
    if meant in known:
        return f'unknown value "{word[:60]}"; did you mean "{meant}"?{_ADDED.get(word.lower(), "")}'
    return f'unknown value "{word[:60]}"{did_you_mean(word, known)}'


def meant_kind(tag: str, tags: Sequence[str]) -> str | None:
    """The one of ``tags`` that a misspelt type or source probably stands for, as ``unknown_kind`` suggests it.

    >>> meant_kind("adm", ["adam", "sgd"])
    'adam'
    """
    meant = _kinds_elsewhere().get(tag.lower(), tag)
    if meant in tags:
        return meant
    if sections_of_kind(meant) or meant in Config.model_fields:
        return None
    return next(iter(difflib.get_close_matches(tag.lower(), tags, n=1, cutoff=0.6)), None)


def unknown_kind(tag: str, tags: Sequence[str], section: str) -> str:
    """The message for a type or source that is not one of ``tags``; another section may have it."""
    meant = _kinds_elsewhere().get(tag.lower(), tag)
    if meant not in tags and (sections := sections_of_kind(meant)):
        problem = "cannot be inside another layer" if section in sections else f"belongs in {sections[0]}"
        return f'"{tag}" {problem}; expected one of {", ".join(tags)}'
    if meant not in tags and meant in Config.model_fields:
        return f'"{tag}" is a top-level section; expected one of {", ".join(tags)}'
    option = OPTIONS_ELSEWHERE.get(tag.lower(), tag)
    places = [f"{place}.{option}" for place, _ in homes_of(option) if place.partition(".")[0] == section]
    if places and meant_kind(tag, tags) is None:
        return f'"{tag}" is no type; did you mean the option "{places[0]}"? Types are {", ".join(tags)}'
    return unknown_value(tag, tags)


def meant_option(name: str, model: Model) -> str | None:
    """The option of ``model`` that an unknown name probably stands for."""
    own: Mapping[str, str] = getattr(model, "other_options", {})
    meant = own.get(name.lower()) or OPTIONS_ELSEWHERE.get(name.lower())
    if meant in model.model_fields:
        return meant
    # Spelled correctly, but in another section or for another type, it is rarely one of this.
    cutoff = 0.9 if homes_of(meant or name) else 0.6
    return next(iter(difflib.get_close_matches(name.lower(), list(model.model_fields), n=1, cutoff=cutoff)), None)


def unknown_option(name: str, path: OptionPath, model: Model) -> str:
    """The message for an unknown option, with a suggestion: of this section by spelling, of another by name."""
    if ":" in name:
        first, _, rest = name.partition(":")
        return f'unknown option; a colon needs a space after it: write "{first}: {rest}"'
    if reason := _NO_OPTIONS.get(name.lower()):
        return f"unknown option: {reason}"
    if path[:-1] == ("data",) and (advice := _source_of_files(name.lower(), model)) is not None:
        return f"unknown option: {advice}"
    if (here := meant_option(name, model)) is not None:
        return f'unknown option; did you mean "{here}"?'
    section = ".".join(part for part in path[:-1] if isinstance(part, str))
    meant = OPTIONS_ELSEWHERE.get(name.lower(), name)
    for option in (name, meant):  # another type's own name, before what other libraries call by it
        tags = [str(tag_of(other)) for place, other in homes_of(option) if place == section and tag_of(other)]
        if tags and tag_of(model):
            return f"unknown option for {tag_of(model)} (an option of {', '.join(tags)})"
    homes = homes_of(meant)
    if homes and not homes[0][0].startswith(("layers", "head")):
        if not homes[0][0]:
            return f'unknown option here; "{meant}" belongs at the top level of the config'
        return f'unknown option here; did you mean "{homes[0][0]}.{meant}"?'
    if (written := _as_type(name, section, model)) is not None:
        return f'unknown option: "{name}" is a type; did you mean "{written}"?'
    return f"unknown option (known: {', '.join(model.model_fields)})"


def _as_type(name: str, section: str, model: Model) -> str | None:
    """How a type is chosen in an option of ``model``, if ``name`` is one: ``optimizer: {type: adam}`` for ``adam``."""
    kind = known_kind(name)
    for home in sections_of_kind(kind):
        option = home.removeprefix(f"{section}.")
        if (field := model.model_fields.get(option)) is not None:
            chosen = f"{{type: {kind}}}"
            return f"{option}: [{chosen}]" if get_origin(field.annotation) is list else f"{option}: {chosen}"
    return None


def _source_of_files(name: str, source: Model) -> str | None:
    """For an option that names files, and a source that reads none of the user's: the sources that do."""
    reading = [known for known, options in SOURCE_TYPES.items() if "train" in options.path_options]
    of_files = (*OTHER_NAMES_OF_TRAIN, "train")
    if tag_of(source) in reading or name not in of_files or name in getattr(source, "other_options", {}):
        return None
    known = f"{', '.join(reading[:-1])} or {reading[-1]}"
    return f"{tag_of(source)} reads no files of yours; set data.source to {known}, and data.train to the files"
