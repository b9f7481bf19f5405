"""Open the source of a config. Each source module is imported when first used."""

from __future__ import annotations

from typing import assert_never

from seqclf.config.schema import DataConfig, FolderData, SampleData, TableData, TfdsData
from seqclf.sources.texts import Source


def open_source(config: DataConfig, *, with_groups: bool = False) -> Source:
    """The source of a config's texts; ``with_groups``: also read groups, if ``data.group`` is set."""
    group = getattr(config, "group", None) if with_groups else None
    if isinstance(config, TableData):
        from seqclf.sources.table.reader import TableSource

        return TableSource(
            config.text,
            config.label,
            config.format,
            config.label_separator,
            group=group,
            encoding=config.encoding,
        )
    if isinstance(config, FolderData):
        from seqclf.sources.folder import FolderSource

        return FolderSource(config.encoding)
    if isinstance(config, TfdsData):
        from seqclf.sources.tfds import TfdsSource

        return TfdsSource(
            config.dataset, config.config, config.data_dir, text=config.text, label=config.label, group=group
        )
    if isinstance(config, SampleData):
        from seqclf.sources.sample import SampleSource

        return SampleSource(config.dataset)
    assert_never(config)


def part_names(config: DataConfig) -> dict[str, str | float | None]:
    """For each split, the part that contains it, or its fraction of the training part, or None."""
    validation = config.validation if config.folds is None else 1 / config.folds
    if isinstance(config, SampleData):
        return {"train": "train", "validation": validation, "test": "test"}
    return {"train": config.train, "validation": validation, "test": config.test}


def describe(config: DataConfig, split: str = "train") -> str:
    """A short description of a split's origin; synthetic texts are always described as such."""
    if isinstance(config, SampleData):
        from seqclf.sources.sample import SYNTHETIC

        return SYNTHETIC[config.dataset]
    if isinstance(config, TfdsData):
        return config.dataset
    own = part_names(config)[split]
    return own if isinstance(own, str) else config.train
