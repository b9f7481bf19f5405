"""The code of model cards: without running it, everything that it names exists."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Sequence
from importlib import import_module

import pytest

from seqclf.export.card_calls import Format, how_to_call
from seqclf.export.language_model_calls import how_to_call as how_to_call_language_model

FORMS: tuple[Format, ...] = ("saved_model", "onnx", "keras")
FIELDS = [(), ("title", "body"), ("Titel des Texts", "body")]
EXTRA = [None, {"price": "number", "Land des Käufers": "category"}]


def _scripts(lines: Iterable[str]) -> list[str]:
    return re.findall(r"```python\n(.*?)```", "\n".join(lines), re.DOTALL)


def _check(script: str) -> None:
    """Every name of the script is defined in it, and what it imports from seqclf is there."""
    nodes = list(ast.walk(ast.parse(script)))
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    known = {alias.asname or alias.name.partition(".")[0] for node in imports for alias in node.names}
    names = [node for node in nodes if isinstance(node, ast.Name)]
    known |= {name.id for name in names if isinstance(name.ctx, ast.Store)}
    assert {name.id for name in names} - known <= set(dir(builtins))
    for node in imports:
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("seqclf"):
            assert all(hasattr(import_module(str(node.module)), alias.name) for alias in node.names)


@pytest.mark.parametrize("extra", EXTRA, ids=["text", "extra"])
@pytest.mark.parametrize("fields", FIELDS)
@pytest.mark.parametrize("form", FORMS)
def test_code_of_classifiers(form: Format, fields: Sequence[str], extra: dict[str, str] | None) -> None:
    scripts = _scripts(how_to_call(fields, form, multi=False, extra=extra))
    assert scripts
    for script in scripts:
        _check(script)


@pytest.mark.parametrize("continues", [True, False])
@pytest.mark.parametrize("fields", FIELDS)
@pytest.mark.parametrize("form", FORMS)
def test_code_of_language_models(form: Format, fields: Sequence[str], continues: bool) -> None:
    scripts = _scripts(how_to_call_language_model(fields, form, continues=continues))
    assert scripts
    for script in scripts:
        _check(script)


def test_columns_whose_inputs_have_another_name_are_listed() -> None:
    for lines in (
        how_to_call(FIELDS[2], "saved_model", multi=False),
        how_to_call_language_model(FIELDS[2], "saved_model", continues=True),
    ):
        assert "The input of the column `Titel des Texts` is called `Titel_des_Texts`." in list(lines)
