"""The schema for editors and readers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from broken_configs import BY_KIND, MUTABLE
from broken_configs.beginnings import MINIMAL

from seqclf.config import checked_config
from seqclf.config.json_schema import json_schema
from seqclf.config.loading import config_text
from seqclf.config.reference import reference
from seqclf.config.yaml_core import read_yaml

ROOT = Path(__file__).parents[1]


def test_the_json_schema_accepts_what_seqclf_accepts() -> None:
    schema = json_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    for text in MUTABLE:
        jsonschema.validate(read_yaml(text).value, schema)
    full = yaml.safe_load(config_text(checked_config(read_yaml(MINIMAL).value)))
    jsonschema.validate(full, schema)
    jsonschema.validate({"extends": "base.yaml", "data": {"train": "x"}, "training": {"epochs": 3}}, schema)


def test_the_json_schema_refuses_what_single_options_rule_out() -> None:
    """Except rules across options, and YAML's own traps."""
    schema, accepted = json_schema(), []
    single = [
        case for kind, cases in BY_KIND.items() if not kind.startswith(("across options", "not YAML")) for case in cases
    ]
    assert len(single) > 150
    for text, lines in single:
        value = read_yaml(text).value
        if not list(jsonschema.Draft7Validator(schema).iter_errors(value)):
            accepted.append((text, lines))
    # A float with a whole value is an integer to JSON Schema; unquoted words are texts to YAML 1.2; which encodings
    # there are is for Python to say.
    known = re.compile(r"1e1|32\.0|encoding: ansi99|: (no|on|Yes|\.nan|\.inf)\b")
    assert all(known.search(text) for text, _ in accepted), accepted
    for bad in ({"extends": "b.yaml", "sed": 3}, {"extends": "b.yaml", "training": {"epochs": 0}}, {"extends": 3}):
        assert list(jsonschema.Draft7Validator(schema).iter_errors(bad)), bad


def test_every_option_has_a_meaning_in_the_json_schema() -> None:
    def check(schema: Any) -> None:
        if isinstance(schema, dict):
            for name, option in schema.get("properties", {}).items():
                assert option.get("description"), f"{name} needs a description"
            for below in schema.values():
                check(below)

    check(json_schema())
    assert json.loads(json.dumps(json_schema())) == json_schema()


def test_the_reference_page_is_fresh() -> None:
    page = (ROOT / "docs" / "config.md").read_text(encoding="utf-8")
    assert page == reference(), "write it again: seqclf schema --markdown > docs/config.md"


def test_two_types_with_one_name_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.option_types import Kind, kinds_in

    package = tmp_path / "kinds_for_a_test"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in ("one", "other"):
        text = f"""
from typing import Literal
from seqclf.option_types import Kind


class {name.title()}(Kind):
    type: Literal["same"]
"""
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(TypeError, match=r"One.*Other.*two types have the name same"):
        kinds_in("kinds_for_a_test", Kind)
