"""Cases of the options of ``task``."""

from __future__ import annotations

from typing import Any

from option_cases import looks
from option_cases.case import Case

_BASE: dict[str, Any] = {
    "layers": [{"type": "gru", "units": 8}],
    "head": [],
    "embedding": {"dim": 8},
    "training": {"epochs": 1, "batch_size": 4},
}


def _language_model(shown_by: Any, option: str, value: Any) -> Case:
    """A small language model."""
    task = {"type": "language_model", "window": 10}
    return Case(shown_by, {**_BASE, "task": task}, {**_BASE, "task": {**task, option: value}})


def _from_both(base: Any, changed: Any) -> Case:
    """A classifier from two language models."""
    layers = [{"type": "gru", "units": 6, "bidirectional": True}]
    given: dict[str, Any] = {"layers": layers, "head": [], "tokenizer": {}, "embedding": {}}
    origins = ({**given, "initialize": {"from": value}} for value in (base, changed))
    return Case(looks.start_of_training, *origins)


def _from(base: Any, changed: Any, tokenizer: Any = None) -> Case:
    """A classifier with another start; ``tokenizer``: options of the second one."""
    given = {"layers": [{"type": "gru", "units": 6}] * 2, "head": [], "tokenizer": {}}
    changes = {**given, "initialize": changed, "tokenizer": tokenizer or {}}
    return Case(looks.start_of_training, {**given, "initialize": base}, changes)


CASES = {
    "Config.initialize": _from(None, "one"),
    "InitializeConfig.from": _from({"from": "one"}, {"from": "two"}),
    "BothWays.forward": _from_both({"forward": "up", "backward": "down"}, {"forward": "up2", "backward": "down"}),
    "BothWays.backward": _from_both({"forward": "up", "backward": "down"}, {"forward": "up", "backward": "down2"}),
    "InitializeConfig.tokenizer": _from({"from": "two"}, {"from": "two", "tokenizer": "grow"}, {"vocab_size": 90}),
    "InitializeConfig.layers": _from({"from": "one"}, {"from": "one", "layers": [1]}),
    "Config.task": Case(looks.outputs_of, _BASE, {**_BASE, "task": "language_model"}),
    "ClassificationTask.type": Case(looks.outputs_of, _BASE, {**_BASE, "task": {"type": "language_model"}}),
    "LanguageModelTask.type": Case(looks.outputs_of, {**_BASE, "task": "language_model"}, _BASE),
    "LanguageModelTask.direction": _language_model(looks.windows_of, "direction", "backward"),
    "LanguageModelTask.window": _language_model(looks.windows_of, "window", 7),
    "LanguageModelTask.jitter": _language_model(looks.windows_of, "jitter", True),
    "LanguageModelTask.shuffle": _language_model(looks.windows_of, "shuffle", False),
    "LanguageModelTask.tied": _language_model(looks.outputs_of, "tied", False),
    "LanguageModelTask.sampled": _language_model(looks.learning_of, "sampled", 20),
    "LanguageModelTask.activation_penalty": _language_model(looks.learning_of, "activation_penalty", 2.0),
    "LanguageModelTask.change_penalty": _language_model(looks.learning_of, "change_penalty", 2.0),
}
