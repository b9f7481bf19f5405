"""Options of ``data`` under the names that other libraries give them."""

from __future__ import annotations

import pytest
from conftest import small_config

from seqclf.config import checked_config
from seqclf.config.problems import ConfigError
from seqclf.sources import SOURCE_TYPES, SourceOptions

GIVEN = [
    (source, name, meant) for source, options in SOURCE_TYPES.items() for name, meant in options.other_options.items()
]


def _problems(source: str, option: str, section: str = "data") -> list[str]:
    given = {"data": {"source": source}}
    given.setdefault(section, {})[option] = "x"
    with pytest.raises(ConfigError) as caught:
        checked_config(small_config(**given))
    return str(caught.value).splitlines()


def test_most_sources_have_names_elsewhere() -> None:
    assert {source for source, _, _ in GIVEN} == {"sample", "table", "folder", "text", "tfds"}


@pytest.mark.parametrize("options", SOURCE_TYPES.values(), ids=SOURCE_TYPES.keys())
def test_they_stand_for_options_of_the_source(options: type[SourceOptions]) -> None:
    assert options.other_options.keys().isdisjoint(options.model_fields)
    assert options.model_fields.keys() >= set(options.other_options.values())


@pytest.mark.parametrize(("source", "name", "meant"), GIVEN)
def test_the_option_that_is_meant_is_named(source: str, name: str, meant: str) -> None:
    """It is then not reported as missing as well."""
    problems = _problems(source, name)
    assert any(f'data.{name}: unknown option; did you mean "{meant}"?' in problem for problem in problems)
    assert not any(f"data.{meant}: is missing" in problem for problem in problems)


@pytest.mark.parametrize(("section", "option"), [("data", "name"), ("embedding", "name"), ("data", "layers")])
def test_an_option_of_the_top_level_is_said_to_be_one(section: str, option: str) -> None:
    """With the same name as the only suggestion, "did you mean" would say nothing."""
    problems = _problems("table", option, section)
    assert any(f'unknown option here; "{option}" belongs at the top level of the config' in one for one in problems)


@pytest.mark.parametrize(("source", "option"), [("sample", "file"), ("sample", "train"), ("tfds", "data_files")])
def test_a_source_without_files_names_those_that_read_some(source: str, option: str) -> None:
    advice = f"{source} reads no files of yours; set data.source to table, folder or text, and data.train to the files"
    assert any(f"data.{option}: unknown option: {advice}" in one for one in _problems(source, option))


@pytest.mark.parametrize(
    ("part", "meant"),
    [
        ("train.csv", "table"),
        ("data/train.jsonl.gz", "table"),
        ("plays.txt[:90%]", "text"),
        ("data/train", "folder"),
        (["train", "more.csv"], "table"),
    ],
)
@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_file_is_no_split_of_a_data_set(split: str, part: str | list[str], meant: str) -> None:
    with pytest.raises(ConfigError) as caught:
        checked_config(small_config(data={"source": "tfds", "dataset": "imdb_reviews", split: part}))
    named = part if isinstance(part, str) else part[-1]
    assert f'data.{split}: expected a split, such as train, found "{named}"; data.source: {meant} reads files' in str(
        caught.value
    )


@pytest.mark.parametrize("part", ["train[:80%]", "train+test", "all", "validation_matched", ["train", "unsupervised"]])
def test_splits_are_no_files(part: str | list[str]) -> None:
    checked_config(small_config(data={"source": "tfds", "dataset": "imdb_reviews", "train": part}))
