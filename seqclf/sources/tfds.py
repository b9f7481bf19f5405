"""``source: tfds``: data sets of tensorflow-datasets, read from disk if prepared there, otherwise downloaded."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from seqclf.errors import InputError, SeqclfError
from seqclf.option_types import Fraction, Name, OptionPath
from seqclf.sources.base import Source, TableColumns
from seqclf.sources.columns import UNLABELLED_USE, ColumnOptions, Extra, Group, Label, Text, Weight
from seqclf.sources.parts import names_of, part_or_none, parts_of
from seqclf.sources.texts import DATA_VARIABLE, LabelledTexts, digest
from seqclf.tables.formats import KINDS, PLAIN_TEXT
from seqclf.tables.packed import unpacked_name

_INFO_FILE = "dataset_info.json"
_SECONDS_TO_ANSWER = 5
_TEXTS_A_READ = 1_000

Splits = Name | Annotated[list[Name], Field(min_length=1, max_length=1_000)]


class TfdsData(ColumnOptions):
    """A data set from tensorflow-datasets, read from disk if already prepared there, otherwise downloaded."""

    rank: ClassVar = 4
    other_names: ClassVar = ("tensorflow_datasets", "tensorflow-datasets", "imdb", "imdb_reviews")
    other_options: ClassVar = {
        **dict.fromkeys(("name", "builder", "dataset_name"), "dataset"),
        **dict.fromkeys(("subset", "builder_config"), "config"),
        **dict.fromkeys(("path", "dir", "directory", "folder", "root"), "data_dir"),
        **dict.fromkeys(("split", "splits"), "train"),
    }
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
    train: Splits = Field(
        "train",
        description="Training split, in the notation of tensorflow-datasets (train[:80%]). A list, such as `[train, "
        "unsupervised]`: several splits, one after another.",
    )
    validation: Fraction | Splits = Field(  # type: ignore[assignment]  # other sources have no lists of parts
        0.1, description="Fraction of the training texts, or splits; 0: none."
    )
    test: Fraction | Splits | None = Field("test", description="Splits, or fraction of the training texts; null: none.")
    unlabelled: Splits | None = Field(
        None, description=f"Splits of further texts without labels, such as unsupervised. {UNLABELLED_USE}"
    )
    text: Text = Field("text", description="Feature with the text, or a list of features that make up the text.")
    label: Label = Field(
        "label",
        description="Feature with the label, or with a sequence of labels. A list of features: each is one label, with "
        "1 where the label applies and 0 where it does not. A mapping such as `{neg: p_neg, pos: p_pos}`: for each "
        "label, the feature with its probability.",
    )
    group: Group = None
    weight: Weight = None
    extra: Extra = Field({})

    def open(self, *, with_groups: bool = False, with_labels: bool = True) -> Source:
        columns = self.columns(with_groups=with_groups, with_labels=with_labels)
        return TfdsSource(self.dataset, self.config, self.data_dir, columns)

    def parts(self) -> dict[str, str | float | None]:
        return parts_of(self.train, self.validation_part, self.test)

    @property
    def unlabelled_part(self) -> str | None:
        return part_or_none(self.unlabelled)

    def describe(self, split: str = "train") -> str:
        part = super().describe(split)
        return self.dataset if len(names_of(part)) == 1 else f"{self.dataset}, {_listed_names(part)}"

    def problems(self, *, with_labels: bool = True) -> Iterator[tuple[str | OptionPath, str]]:
        yield from super().problems(with_labels=with_labels)
        for option in ("train", "validation", "test", "unlabelled"):
            given = getattr(self, option)
            if isinstance(given, list) and (repeated := [name for name in given if given.count(name) > 1]):
                yield option, f'expected each split once, found "{repeated[0]}" twice; its texts would count twice'
            for name in [given] if isinstance(given, str) else given if isinstance(given, list) else ():
                if (source := _source_of_file(name)) is not None:
                    yield option, f'expected a split, such as train, found "{name}"; data.source: {source} reads files'

    def option_of(self, split: str) -> str:
        return "dataset"


def _source_of_file(name: str) -> str | None:
    """The source that reads this, if it is the name of a file or folder and not that of a split."""
    ending = unpacked_name(Path(name.partition("[")[0])).suffix.lower()
    if ending in KINDS:
        return "table"
    return "text" if ending in PLAIN_TEXT else "folder" if "/" in name else None


class TfdsSource:
    """A part is a split in the notation of tfds (``train``, ``train[:80%]``), or several splits."""

    def __init__(self, dataset: str, config: str | None, data_dir: str | None, columns: TableColumns) -> None:
        name, _, config_in_name = dataset.partition("/")
        self._name = name
        self._config = config or config_in_name or None
        self._data_dir = Path(
            data_dir
            or os.environ.get("TFDS_DATA_DIR")
            or os.environ.get(DATA_VARIABLE)
            or Path.home() / "tensorflow_datasets"
        ).expanduser()
        self._columns = columns
        self._names: dict[str, tuple[str, ...]] = {}

    def check(self, part: str) -> None:
        if self._prepared_folder() is None:
            self._check_downloadable()

    def fingerprint(self, part: str) -> str:
        folder = self._prepared_folder() or self._download()
        files = sorted((path.name, path.stat().st_size) for path in folder.iterdir() if path.is_file())
        info = (folder / _INFO_FILE).read_text(encoding="utf-8")
        text, label = self._columns.text, self._columns.label
        beside: list[Any] = []
        if self._columns.weight is not None:
            beside.append(("weight", self._columns.weight))
        if self._columns.extra:
            beside.append(("extra", *self._columns.extra.items()))
        read_as = (text, tuple(label.items()) if isinstance(label, Mapping) else label)
        return digest(self._name, folder.name, *read_as, part, files, info, *beside)

    def read(self, part: str) -> LabelledTexts:
        from seqclf.sources.rows.collected import Collected, checked
        from seqclf.sources.rows.values import labelled_row

        columns = self._columns
        for option, name in columns.named():
            one_label = option == "label" and isinstance(columns.label, str)
            self._feature(name, [(), (None,)] if one_label else [()])
        splits = [(split, self._split(split)) for split in names_of(part)]  # a wrong name is found before any text
        collected = Collected(columns)
        for split, rows in splits:
            for number, row in enumerate(self._rows(rows), 1):
                collected.add(labelled_row(f"{self._full_name} {split}, text {number}", row, columns))
        label = columns.label if isinstance(columns.label, str) else None
        label_names = () if label is None else self._names_of(label)
        multi = isinstance(columns.label, list) or (label is not None and self._feature_of(label).shape != ())
        origin = f"{self._full_name} {_listed_names(part)}"
        texts = collected.texts(origin, label_names=label_names or None, multi=multi)
        return checked(texts, columns, "data.")

    def _split(self, name: str) -> Any:
        """The rows of a split. Raises ``InputError`` if there is no such split."""
        try:
            # Read files in order: the split into training and validation depends on the order of the texts.
            return self._builder.as_dataset(split=name, shuffle_files=False)
        except (ValueError, KeyError) as error:
            known = ", ".join(self._builder.info.splits)
            raise InputError(f"{self._full_name}: no split {name} (known: {known})") from error

    def _rows(self, rows: Any) -> Iterator[Mapping[str, Any]]:
        """The columns to read of each row."""
        names = list(dict.fromkeys(name for _, name in self._columns.named()))
        for batch in rows.map(lambda row: {name: row[name] for name in names}).ragged_batch(_TEXTS_A_READ):
            lists = [_listed(batch[name]) for name in names]
            for values in zip(*lists, strict=True):
                row = dict(zip(names, values, strict=True))
                self._check_texts(row)
                yield {name: self._named(name, value) for name, value in row.items()}

    def _check_texts(self, row: Mapping[str, Any]) -> None:
        for name in self._columns.texts:
            if not isinstance(row[name], bytes):
                raise InputError(f'{self._full_name}: feature "{name}" is not text')

    def _named(self, column: str, value: Any) -> Any:
        """A value as rows of tables have it: strings decoded, label ids by their names. The id -1 stands for no value,
        except as a label, which every text needs."""
        if isinstance(value, list):
            return [self._named(column, item) for item in value]
        if isinstance(value, bytes):
            return value.decode("utf-8", errors="replace")
        names = self._names_of(column)
        if not names or (value < 0 and column in self._columns.labels):
            return value
        return names[value] if value >= 0 else None

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

    def _feature_of(self, name: str) -> Any:
        return self._builder.info.features[name]

    def _names_of(self, column: str) -> tuple[str, ...]:
        """The names that the values of a feature of labels stand for; empty for any other feature."""
        if column not in self._names:
            self._names[column] = tuple(getattr(self._feature_of(column), "names", None) or ())
        return self._names[column]

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


def _listed_names(part: str) -> str:
    """The splits of a part, for messages: ``train, test and unsupervised``."""
    *before, last = names_of(part)
    return f"{', '.join(before)} and {last}" if before else last


def _listed(values: Any) -> list[Any]:
    """The values of a batch, from a tensor or a ragged one."""
    return list(values.to_list() if hasattr(values, "to_list") else values.numpy().tolist())


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
