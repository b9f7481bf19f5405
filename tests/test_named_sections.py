"""``--set`` changes an option of a section that the config writes as a name alone."""

from __future__ import annotations

from seqclf.config import parse_override, read_config
from seqclf.config.schema import LanguageModelTask

TEXT = """
task: language_model
data: {source: text, train: a.txt}
embedding: {dim: 8}
layers: [{type: lstm, units: 8}]
"""


def test_an_option_of_a_named_task() -> None:
    config = read_config("a.yaml", [parse_override("task.window=50")], TEXT).config
    assert isinstance(config.task, LanguageModelTask)
    assert config.task.window == 50


def test_an_option_of_a_named_origin() -> None:
    config = read_config("a.yaml", [parse_override("initialize.tokenizer=grow")], f"{TEXT}initialize: books\n").config
    assert config.initialize is not None
    assert config.initialize.model_dump(by_alias=True)["from"] == "books"
    assert config.initialize.tokenizer == "grow"
