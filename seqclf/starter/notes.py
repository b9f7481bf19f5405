"""Notes on labels and files that a starter found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seqclf.data.statistics import alike_labels_warning
from seqclf.sources.folder.files import Selection
from seqclf.starter.folders import missing_labels
from seqclf.starter.look import Look
from seqclf.starter.siblings import other_tables
from seqclf.starter.write import scalar

_LABELS_SHOWN = 6
_TABLES_SHOWN = 5


def about_labels(looked: Look) -> Iterator[str]:
    """Warnings about similar labels."""
    if (alike := alike_labels_warning([label for label, _ in looked.labels])) is not None:
        yield f"warning: {alike}; if they mean the same, use one spelling"


def about_files(path: str, train: str, splits: Mapping[str, Any], selection: Selection | None) -> Iterator[str]:
    """Notes on files that the user did not name."""
    if train != path:
        yield f"training texts: {train}"
    if others := other_tables(path, train):
        more = f" and {len(others) - _TABLES_SHOWN} more" if len(others) > _TABLES_SHOWN else ""
        are = "tables in the same folder are not read" if len(others) > 1 else "a table in the same folder is not read"
        cure = (
            "name one instead of the folder to use it" if len(others) > 1 else "name it instead of the folder to use it"
        )
        yield f"{are}: {', '.join(others[:_TABLES_SHOWN])}{more}; {cure}"
    for split in ("validation", "test"):
        part = splits[split]
        if not isinstance(part, str):
            continue
        yield f"{split} texts: {part}"
        if selection is not None and (missing := missing_labels(train, part, selection)):
            yield (
                f"the {split} texts lack the labels {', '.join(missing[:_LABELS_SHOWN])}: if these folders of {train} "
                f"contain unlabelled texts, leave them out with data.exclude: {scalar(missing)}"
            )
