"""``source: tfds``: data sets of tensorflow-datasets, read from disk if prepared there, otherwise downloaded."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from seqclf.errors import InputError, SeqclfError
from seqclf.option_types import Fraction, Name
from seqclf.sources.base import Source
from seqclf.sources.columns import ColumnOptions, Group
from seqclf.sources.texts import DATA_VARIABLE, LabelledTexts, digest, group_digest

_INFO_FILE = "dataset_info.json"
_SECONDS_TO_ANSWER = 5
_TEXTS_A_READ = 1_000


class TfdsData(ColumnOptions):
    """A data set from tensorflow-datasets, read from disk if already prepared there, otherwise downloaded."""

    rank: ClassVar = 4
    other_names: ClassVar = ("tensorflow_datasets", "tensorflow-datasets", "imdb", "imdb_reviews")
    path_options: ClassVar = ("data_dir",)
    needs_tensorflow: ClassVar = True
    may_download: ClassVar = True
    is_published: ClassVar = True

    source: Literal["tfds"] = Field(description="Source type.")
    dataset: Name = Field(description="Name of the data set, such as imdb_reviews.")
    config: Name | None = Field(None, description="Configuration of the data set; null: its default.")
    data_dir: Name | None = Field(
        None,
        description="Folder with prepared data sets; null: $TFDS_DATA_DIR, else $SEQCLF_DATA, else "
        "~/tensorflow_datasets.",
    )
    train: Name = Field("train", description="Training split, in the notation of tensorflow-datasets (train[:80%]).")
    validation: Fraction | Name = Field(0.1, description="Fraction of the training texts, or a split; 0: none.")
    test: Fraction | Name | None = Field("test", description="Split, or fraction of the training texts; null: none.")
    text: Name = Field("text", description="Feature with the text.")
    label: Name = Field("label", description="Feature with the label, or with a sequence of labels.")
    group: Group = None

    def open(self, *, with_groups: bool = False) -> Source:
        group = self.group if with_groups else None
        return TfdsSource(self.dataset, self.config, self.data_dir, text=self.text, label=self.label, group=group)

    def parts(self) -> dict[str, str | float | None]:
        return {"train": self.train, "validation": self.validation_part, "test": self.test}

    def describe(self, split: str = "train") -> str:
        return self.dataset

    def option_of(self, split: str) -> str:
        return "dataset"


class TfdsSource:
    """A part is a split in the notation of tfds (``train``, ``train[:80%]``)."""

    def __init__(
        self,
        dataset: str,
        config: str | None,
        data_dir: str | None,
        *,
        text: str,
        label: str,
        group: str | None = None,
    ) -> None:
        name, _, config_in_name = dataset.partition("/")
        self._name = name
        self._config = config or config_in_name or None
        self._data_dir = Path(
            data_dir
            or os.environ.get("TFDS_DATA_DIR")
            or os.environ.get(DATA_VARIABLE)
            or Path.home() / "tensorflow_datasets"
        ).expanduser()
        self._text = text
        self._label = label
        self._group = group

    def check(self, part: str) -> None:
        if self._prepared_folder() is None:
            self._check_downloadable()

    def fingerprint(self, part: str) -> str:
        folder = self._prepared_folder() or self._download()
        files = sorted((path.name, path.stat().st_size) for path in folder.iterdir() if path.is_file())
        info = (folder / _INFO_FILE).read_text(encoding="utf-8")
        return digest(self._name, folder.name, self._text, self._label, part, files, info)

    def read(self, part: str) -> LabelledTexts:
        import numpy as np

        from seqclf.text_store import TextStore

        label_feature = self._feature(self._label, [(), (None,)])
        self._feature(self._text, [()])
        if self._group is not None:
            self._feature(self._group, [()])
        multi = label_feature.shape != ()
        try:
            # Read files in order: the split into training and validation depends on the order of the texts.
            rows = self._builder.as_dataset(split=part, shuffle_files=False)
        except (ValueError, KeyError) as error:
            known = ", ".join(self._builder.info.splits)
            raise InputError(f"{self._full_name}: no split {part} (known: {known})") from error
        texts = TextStore()
        ids: list[Any] = []
        groups: list[int] = []
        group = self._group or self._text  # a placeholder if there are no groups
        triples = rows.map(lambda row: (row[self._text], row[self._label], row[group])).ragged_batch(_TEXTS_A_READ)
        for batch_texts, batch_ids, batch_groups in triples:
            texts.extend(_decoded(text, self._full_name, self._text) for text in batch_texts.numpy())
            ids += batch_ids.to_list() if multi else batch_ids.numpy().tolist()
            if self._group is not None:
                groups += [group_digest(_plain(value)) for value in batch_groups.numpy().tolist()]
        names = tuple(getattr(label_feature, "names", None) or ())

        def name(label: Any) -> str:
            return names[label] if names else _label_name(label)

        labels = [tuple(sorted({name(i) for i in row})) for row in ids] if multi else [name(i) for i in ids]
        of_group = None if self._group is None else np.array(groups, np.uint64)
        origin = f"{self._full_name} {part}"
        return LabelledTexts(texts, labels, origin, label_names=names or None, multi=multi, groups=of_group)

    @property
    def _full_name(self) -> str:
        return f"{self._name}/{self._config}" if self._config else self._name

    def _prepared_folder(self) -> Path | None:
        """The newest prepared version on disk, found without importing tensorflow-datasets."""
        root = self._data_dir / self._name / (self._config or "")
        found = [path.parent for pattern in ("*", "*/*") for path in root.glob(f"{pattern}/{_INFO_FILE}")]
        configs = {folder.parent for folder in found}
        if len(configs) > 1:
            names = ", ".join(sorted(folder.name for folder in configs))
            raise InputError(f"{root}: contains several configurations ({names}); choose one with data.config")
        return max(found, key=_version, default=None)

    @cached_property
    def _builder(self) -> Any:
        folder = self._prepared_folder() or self._download()
        import tensorflow_datasets as tfds

        return tfds.builder_from_directory(folder)

    def _feature(self, name: str, shapes: list[tuple[None, ...]]) -> Any:
        """The feature. Raises ``InputError`` if it is missing or has none of the shapes."""
        features = self._builder.info.features
        if name not in features:
            close = difflib.get_close_matches(name, list(features), n=1)
            hint = f'; did you mean "{close[0]}"?' if close else ""
            raise InputError(f'{self._full_name}: no feature "{name}"{hint} (features: {", ".join(features)})')
        if features[name].shape not in shapes:
            expected = "one value" if len(shapes) == 1 else "one value or a sequence of them"
            raise InputError(
                f'{self._full_name}: feature "{name}" has the shape {features[name].shape}, expected {expected}'
            )
        return features[name]

    def _unprepared_builder(self) -> Any:
        import tensorflow_datasets as tfds

        tfds.core.utils.gcs_utils._is_gcs_disabled = True  # otherwise the builder first accesses the network
        try:
            return tfds.builder(self._full_name, data_dir=self._data_dir)
        except (tfds.core.DatasetNotFoundError, ValueError) as error:
            close = difflib.get_close_matches(self._name, tfds.list_builders(with_community_datasets=False), n=1)
            hint = f'; did you mean "{close[0]}"?' if close else ""
            raise InputError(
                f"no data set {self._full_name} in {self._data_dir} or in tensorflow-datasets{hint}"
            ) from error

    def _check_downloadable(self) -> None:
        builder = self._unprepared_builder()
        urls = list(builder.url_infos)
        if urls and not any(_answers(host) for host in _hosts(urls)):
            prepare = f"import tensorflow_datasets as tfds; tfds.load('{self._full_name}', data_dir='DIR')"
            raise InputError(
                f"{self._full_name} is not in {self._data_dir} and cannot be downloaded: "
                f"{', '.join(_hosts(urls))} cannot be reached.\n"
                "If the data set is already prepared elsewhere, set its folder: --set data.data_dir=DIR. Otherwise "
                f'prepare it on a machine with network access (python -c "{prepare}") and copy DIR here.'
            )

    def _download(self) -> Path:
        builder = self._unprepared_builder()
        try:
            builder.download_and_prepare()
        except Exception as error:  # tfds and its download libraries share no base class
            raise SeqclfError(f"{self._full_name}: tensorflow-datasets could not prepare it: {error}") from error
        return Path(builder.data_dir)


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else -1 for part in folder.name.split("."))


def _decoded(text: Any, dataset: str, feature: str) -> str:
    if not isinstance(text, bytes):
        raise InputError(f'{dataset}: feature "{feature}" is not text')
    return text.decode("utf-8", errors="replace")


def _label_name(label: Any) -> str:
    return str(_plain(label))


def _plain(value: Any) -> Any:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value


def _hosts(urls: Iterable[str]) -> list[str]:
    import urllib.parse

    parts = (urllib.parse.urlsplit(url) for url in urls)
    return sorted({f"{part.scheme}://{part.netloc}" for part in parts if part.netloc})


def _answers(host: str) -> bool:
    """Whether the host sends any response, even an error page (through the proxies of the environment)."""
    import urllib.error
    import urllib.request

    try:
        urllib.request.urlopen(urllib.request.Request(host, method="HEAD"), timeout=_SECONDS_TO_ANSWER).close()
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False
    return True
