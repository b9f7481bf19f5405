"""TensorBoard: event files in the run's folder. TensorFlow writes them; only looking at them needs ``tensorboard``.

An event file is a TFRecord file of ``Event`` messages (tensorflow/core/util/event.proto). Their tags are the names of
numbers; config and facts are tables in the tab "Text".
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from seqclf.files import shell_word
from seqclf.trackers.base import PROBES, About, Point, Tracker, Value

FOLDER = "tensorboard"
_VERSION = "brain.Event:2"  # of the format: readers expect it in the first event of a file


class TensorBoard(Tracker):
    """A run in TensorBoard: the folder ``tensorboard/`` of the run, with a file for each time that it was trained."""

    def __init__(self, about: About) -> None:
        super().__init__(about)
        self._folder = about.folder / FOLDER
        self._writer: Any = None
        self._last: dict[str, int] = {}

    @classmethod
    def how_to_look(cls, runs: Path, project: str | None) -> str:
        return f"tensorboard --logdir {shell_word(runs)}"

    def begin(self, known: str | None) -> str:
        import tensorflow as tf

        self._last = _last_steps(self._folder)
        is_new = not self._last
        self._folder.mkdir(exist_ok=True)
        name = f"events.out.tfevents.{time.time_ns()}.{socket.gethostname()}.{os.getpid()}.seqclf"
        self._writer = tf.io.TFRecordWriter(str(self._folder / name))
        self._add(file_version=_VERSION)
        if is_new:
            self._add_text("config", _table(self.about.config))
            self._add_text("facts", _table(self.about.facts))
            if self.about.note:
                self._add_text("note", self.about.note.replace("\n", "\n\n"))
        self._writer.flush()
        return FOLDER

    def last_steps(self) -> Mapping[str, int]:
        return self._last

    def write(self, points: Sequence[Point]) -> None:
        for point in points:
            self._add(step=point.step, values=[{"tag": name, "simple_value": x} for name, x in point.values.items()])
        self._writer.flush()

    def end(self, status: str) -> None:
        self._add_text("status", status)
        self._writer.flush()

    def close(self) -> None:
        self._writer.close()

    def _add_text(self, tag: str, text: str) -> None:
        import tensorflow as tf

        metadata = tf.compat.v1.SummaryMetadata(plugin_data={"plugin_name": "text"})
        self._add(values=[{"tag": tag, "tensor": tf.make_tensor_proto([text.encode()]), "metadata": metadata}])

    def _add(self, *, step: int = 0, values: Sequence[Mapping[str, Any]] | None = None, **fields: Any) -> None:
        """Write an event."""
        import tensorflow as tf

        if values is not None:
            fields["summary"] = tf.compat.v1.Summary(value=[tf.compat.v1.Summary.Value(**value) for value in values])
        self._writer.write(tf.compat.v1.Event(wall_time=time.time(), step=step, **fields).SerializeToString())


def events_in(folder: Path) -> Iterator[Any]:
    """The events of the files of a folder, file after file, each up to what is damaged, as by a kill."""
    import tensorflow as tf

    for path in sorted(folder.glob("events.out.tfevents.*")):
        try:
            for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
                yield tf.compat.v1.Event.FromString(record)
        except tf.errors.DataLossError:
            continue


def _last_steps(folder: Path) -> dict[str, int]:
    kinds = {tag: kind for kind, tag in PROBES.items()}
    found: dict[str, int] = {}
    for event in events_in(folder):
        for value in event.summary.value:
            if value.tag in kinds:
                found[kinds[value.tag]] = max(event.step, found.get(kinds[value.tag], 0))
    return found


def _table(values: Mapping[str, Value]) -> str:
    """Names and values as a table in Markdown."""
    rows = [f"| {name} | {str(value).replace('|', '&#124;')} |" for name, value in values.items()]
    return "\n".join(["| name | value |", "|---|---|", *rows])


TRACKER = TensorBoard
