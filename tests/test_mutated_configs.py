"""Any mutated config is valid or rejected with a message that names a place."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import Any

import pytest
from broken_configs import MUTABLE
from hypothesis import given, settings
from hypothesis import strategies as st

from seqclf.config import load_config, parse_override
from seqclf.config.loading import config_text
from seqclf.config.problems import ConfigError
from seqclf.config.yaml_core import dump_yaml, read_yaml
from seqclf.errors import InputError

ROOT = Path(__file__).parents[1]

STRANGE = [None, True, False, 0, -1, 1, 10**400, 1e308, float("inf"), float("nan"), 0.5, "", "x", "on", "no", "1e-3"]
STRANGE += [
    [],
    {},
    [[]],
    [None],
    {"type": "lstm"},
    {"type": None},
    {"source": "table"},
    {"": {}},
    "\n",
    "\u2028",
    "ä" * 99,
]


def _mutated_value(value: Any, draw: random.Random) -> Any:
    """The value with something dropped, renamed, retyped, nested or repeated."""
    target = value
    while True:
        keys: list[Any] = list(target) if isinstance(target, dict) else list(range(len(target)))
        if not keys:
            return value
        key = draw.choice(keys)
        if isinstance(target[key], dict | list) and draw.random() < 0.7:
            target = target[key]
            continue
        break
    kind = draw.choice(["drop", "rename", "retype", "nest", "copy", "number"])
    if kind == "drop":
        del target[key]
    elif kind == "rename" and isinstance(target, dict):
        letters = list(key)
        letters[draw.randrange(len(letters) + 1) :] = draw.choice(["", "z", "_", "s", "type", "."])
        target["".join(letters)] = target.pop(key)
    elif kind == "nest":
        target[key] = draw.choice(
            [[target[key]], {"x": target[key]}, {"type": target[key]}, [target[key], copy.deepcopy(target[key])]]
        )
    elif kind == "copy" and isinstance(target, list):
        target.insert(draw.randrange(len(target) + 1), copy.deepcopy(target[key]))
    elif kind == "number":
        target[key] = draw.choice([0, 1, -1, 2, 10**9, 0.0, 1.0, 0.99])
    else:
        target[key] = copy.deepcopy(draw.choice(STRANGE))
    return value


def _mutated_text(text: str, draw: random.Random) -> str:
    place = draw.randrange(len(text) + 1)
    lines = text.splitlines(keepends=True)
    line = draw.randrange(len(lines))
    return draw.choice(
        [
            text[:place] + draw.choice("\t \n:{}[]&*!|>'\"%@`#,-?\x00\x85\ufeff\ud800<~=") + text[place:],
            text[:place] + text[place + draw.randrange(1, 9) :],
            text[:place],
            "".join(lines[:line] + lines[line + 1 :]),
            "".join([*lines[:line], lines[line], *lines[line:]]),
            "".join([*lines[:line], " " + lines[line], *lines[line + 1 :]]),
        ]
    )


@pytest.mark.parametrize("quarter", range(4))  # for the processes that share the tests
@settings(max_examples=300)
@given(base=st.sampled_from(MUTABLE), draw=st.randoms(use_true_random=False), times=st.integers(1, 4))
def test_mutated_configs_are_valid_or_a_message(
    quarter: int, base: str, draw: random.Random, times: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "mutated.yaml"
    value = read_yaml(base).value
    text = dump_yaml([_mutated_value(value, draw) for _ in range(times)][-1]) if draw.random() < 0.7 else base
    for _ in range(draw.choice([0, 0, 1, 2])):
        text = _mutated_text(text, draw) or "\n"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    count = len(text.splitlines())
    try:
        config = load_config(path)
    except ConfigError as error:
        for problem in error.problems:
            assert problem.message
            assert problem.place is not None
            assert problem.place.line is None or 1 <= problem.place.line <= count + 1
            assert (problem.place.column or 1) >= 1
        assert str(path) in str(error)
    except InputError as error:
        assert str(path) in str(error)
    else:
        again = path.with_name("again.yaml")
        again.write_text(config_text(config), encoding="utf-8")
        assert load_config(again) == config


@given(st.lists(st.sampled_from([*"abl0.[]=: ", "seed", "layers", "[0]", ".units", "data", "on", "!", "&a", "*a"])))
def test_settings_are_valid_or_a_message(parts: list[str]) -> None:
    path = ROOT / "configs" / "quickstart.yaml"
    try:
        load_config(path, [parse_override("".join(parts))])
    except InputError as error:
        assert "--set" in str(error)
