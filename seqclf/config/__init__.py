"""The config: schema, loading with source positions, checks across options. Imports are lightweight."""

from seqclf.config.loading import (
    LoadedConfig,
    Override,
    load_config,
    parse_override,
    read_config,
    with_absolute_paths,
    write_config,
)
from seqclf.config.schema import Config
from seqclf.config.validation import checked_config

__all__ = [
    "Config",
    "LoadedConfig",
    "Override",
    "checked_config",
    "load_config",
    "parse_override",
    "read_config",
    "with_absolute_paths",
    "write_config",
]
