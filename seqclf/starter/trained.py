"""The config that a run on data keeps for its user to edit: the starter with what the command line set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seqclf.config import Config, LoadedConfig, read_config
from seqclf.config.loading import config_text as full_text
from seqclf.config.loading import plain, with_absolute_paths
from seqclf.config.problems import ConfigError, dotted
from seqclf.starter.presets import STARTER_FILE
from seqclf.starter.write import commented_lines, one_line, options_text


def trained_text(starter: str, loaded: LoadedConfig, config: Config) -> str:
    """The starter's text with the options of the command line; it loads to the same options as the run's config.

    Args:
        starter: the text without these options.
        loaded: its config with them.
        config: the config of the run, which also has absolute paths and the number of its fold.
    """
    given = [dotted(path) for path, place in loaded.written.places.items() if path and place.line is None]
    fold = () if config.data.folds is None else ("data", "fold")
    if not (given or fold):
        return starter
    heading = [line for line in starter.splitlines() if line.startswith("#")]
    if given:
        heading += commented_lines([one_line(f"Set on the command line: {', '.join(given)}.")])
    text = "\n".join(heading) + "\n" + options_text(_options(loaded.written.value, config))
    return text if _reads_as(text, config) else "\n".join(heading) + "\n" + full_text(config)


def _options(written: Mapping[str, Any], config: Config) -> dict[str, Any]:
    """The options as written, with those values that belong to this run."""
    options = dict(written)
    of_run = {
        "data": (config.data, (*config.data.path_options, "fold")),
        "tokenizer": (config.tokenizer, config.tokenizer.path_options),
        "embedding": (config.embedding, ("vectors",)),
    }
    for section, (values, names) in of_run.items():
        if isinstance(own := options.get(section), Mapping):
            options[section] = {**own, **{name: getattr(values, name) for name in names if name in own}}
    return options


def _reads_as(text: str, config: Config) -> bool:
    try:
        return plain(with_absolute_paths(read_config(STARTER_FILE, (), text).config)) == plain(config)
    except ConfigError:
        return False
