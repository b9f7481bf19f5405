"""The layers of the architecture: which package may import which."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "seqclf"
BASE = {
    "errors",
    "files",
    "labels",
    "locks",
    "quantities",
    "decisions",
    "tables",
    "file_encoding",
    "prior",
    "run_calibration",
    "token_ids",
    "cache",
    "metrics",
    "column_values",
    "extra_columns",
    "listener",
    "processes",
}
ALLOWED = {
    "errors": set(),
    "files": {"errors"},
    "labels": set(),
    "locks": set(),
    "quantities": set(),
    "tables": {"errors", "files", "file_encoding"},
    "file_encoding": {"errors"},
    "decisions": {"errors", "labels"},
    "label_weights": {"labels"},
    "prior": {"labels", "label_weights"},
    "run_calibration": {"labels"},
    "run_files": {"errors"},
    "run_decisions": {"errors", "files", "labels", "prior", "run_calibration", "run_files"},
    "run_held_out": {"errors", "files", "run_files"},
    "run_answers": {"errors", "files", "labels"},
    "run_teachers": set(),
    "listener": set(),
    "processes": {"errors"},
    "cache": {"errors", "files", "listener"},
    "remote": {"errors", "cache", "listener", "quantities"},
    "metrics": {"labels"},
    "column_values": set(),
    "config_option": set(),
    "extra_columns": {"errors", "column_values"},
    "text_store": {"errors", "cache"},
    "onnx_writer": {"errors"},
    "figures": BASE,
    "runs": BASE | {"config_option", "run_decisions", "run_files"},
    "hub": {"errors"},
    "run_members": {"errors", "files", "runs"},
    "ensemble_recipe": {"errors", "labels", "runs", "run_members", "config", "layer_types"},
    "run_choice": BASE | {"runs", "run_members"},
    "new_runs": BASE | {"runs"},
    "run_catalogue": BASE
    | {"run_teachers"}
    | {"config_option", "runs", "run_members", "run_choice", "new_runs", "config"},
    "runtime": set(),
    "replicas": set(),
    "tensorflow_startup": {"runtime", "config"},
    "token_ids": set(),
    "layers": {"runtime", "token_ids"},
    "option_types": set(),
    "sources": BASE | {"option_types", "text", "text_store", "runtime", "remote"},
    "layer_types": BASE | {"option_types", "layers", "onnx_writer"},
    "config": BASE | {"runs", "option_types", "layer_types", "text", "sources"},
    "text": BASE,
    "data": BASE | {"run_teachers", "runs", "runtime", "config", "text", "text_store", "sources", "label_weights"},
    "model": BASE | {"replicas", "config", "layer_types", "layers", "ensemble_recipe"},
    "ngrams": BASE | {"config", "text", "data", "sources", "label_weights"},
    "tasks": BASE
    | {
        "replicas",
        "runs",
        "run_held_out",
        "run_answers",
        "config",
        "data",
        "layers",
        "model",
        "ngrams",
        "label_weights",
    },
    "evaluation": BASE
    | {"runs", "run_choice", "tensorflow_startup", "config", "text", "data", "sources", "model", "tasks", "inference"}
    | {"hub", "layer_types", "ensemble_recipe", "run_members", "run_held_out", "run_answers", "run_teachers"},
    "export": BASE
    | {"runs", "config", "layer_types", "text", "data", "model", "onnx_writer", "tasks", "generation", "inference"}
    | {"ensemble_recipe", "run_members", "run_teachers"},
    "calibration": BASE
    | {"runs", "tensorflow_startup", "config", "layer_types", "data", "tasks", "evaluation", "export", "inference"}
    | {"run_members", "run_held_out", "run_answers"},
    "suspects": BASE
    | {"runs", "config", "text", "text_store", "data", "sources", "label_weights", "tasks", "baseline", "training"}
    | {"evaluation", "inference"},
    "ensembles": BASE
    | {"runs", "run_choice", "run_members", "new_runs", "ensemble_recipe", "config", "layer_types", "layers", "text"}
    | {
        "run_catalogue",
        "run_held_out",
        "run_answers",
        "run_teachers",
        "data",
        "model",
        "ngrams",
        "tasks",
        "evaluation",
        "export",
        "calibration",
        "training",
    },
    "onnx_session": {"errors"},
    "generation": BASE | {"runs", "onnx_session", "text", "hub"},
    "inference": BASE | {"onnx_session", "text", "generation", "hub"},
    "explanation": BASE | {"runs", "inference", "text", "evaluation", "model", "layers"},
    "tuning": BASE
    | {"runs", "new_runs", "figures", "option_types", "config", "layer_types", "data", "training", "inference"},
    "baseline": BASE | {"config", "layer_types", "text", "data", "sources", "tasks", "label_weights", "run_answers"},
    "benchmark": BASE | {"figures", "runtime", "tensorflow_startup", "config", "data", "layers", "model", "training"},
    "probe": BASE | {"figures", "config", "layer_types", "text", "model", "tasks", "training"},
    "report": BASE
    | {"runs", "run_files", "run_teachers", "run_members", "run_catalogue", "config", "baseline", "evaluation"},
    "trackers": BASE | {"runs", "run_files", "run_catalogue", "config", "training"},
    "starter": BASE
    | {"runs", "new_runs", "config", "text", "data", "sources", "training", "evaluation", "baseline", "file_encoding"},
    "training": BASE
    | {
        "replicas",
        "runs",
        "run_answers",
        "run_teachers",
        "run_choice",
        "run_members",
        "run_catalogue",
        "ensemble_recipe",
        "inference",
        "new_runs",
        "runtime",
        "tensorflow_startup",
        "config",
        "layers",
        "layer_types",
        "option_types",
        "text",
        "data",
        "sources",
        "model",
        "ngrams",
        "tasks",
        "export",
        "evaluation",
        "explanation",
        "baseline",
        "label_weights",
    },
}
LIGHT = {
    "cli",
    "decisions",
    "explanation",
    "generation",
    "hub",
    "inference",
    "onnx_session",
    "onnx_writer",
    "option_types",
    "file_encoding",
    "layer_types",
    "config",
    "prior",
    "run_calibration",
    "run_decisions",
    "run_answers",
    "run_files",
    "run_held_out",
    "runs",
    "report",
    "run_members",
    "ensemble_recipe",
    "run_catalogue",
    "run_choice",
    "runtime",
    "tensorflow_startup",
    "errors",
    "files",
    "locks",
    "figures",
    "quantities",
    "remote",
    "listener",
    "labels",
    "metrics",
    "tables",
    "column_values",
}
HEAVY = {"tensorflow", "keras", "tensorflow_datasets", "onnx", "onnxruntime", "huggingface_hub"}


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imports(path: Path, top_level_only: bool) -> set[str]:
    tree = _tree(path)
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


FILES = sorted(PACKAGE.rglob("*.py"))
ROOMS: dict[str, list[Path]] = {}
for file in FILES:
    ROOMS.setdefault(_room(file), []).append(file)


@pytest.mark.parametrize("room", sorted(ROOMS.keys() - {"cli", "__init__", "__main__"}))
def test_imports_point_one_way(room: str) -> None:
    for path in ROOMS[room]:
        used = {name.split(".")[1] for name in _imports(path, False) if name.startswith("seqclf.")}
        assert used <= ALLOWED[room] | {room}, path


def _module(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def test_no_file_imports_itself_by_way_of_others() -> None:
    """Includes imports inside functions: two files that need each other belong together or need a third."""
    modules = {_module(path): path for path in FILES}
    needs = {name: _files_imported(path, set(modules)) - {name} for name, path in modules.items()}
    circles = []
    while needs:
        ready = {name for name, needed in needs.items() if not needed & needs.keys()}
        if not ready:
            circles = sorted(needs)
            break
        needs = {name: needed for name, needed in needs.items() if name not in ready}
    assert not circles, "these files import each other, or need files that do"


def _files_imported(path: Path, modules: set[str]) -> set[str]:
    """Modules of the package that a file imports; for packages, the names it imports from them."""
    found = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= inside & modules or {node.module}
    return found & modules


@pytest.mark.parametrize("room", sorted(LIGHT))
def test_light_rooms_import_nothing_heavy_at_the_top(room: str) -> None:
    for path in ROOMS[room]:
        assert not {name.split(".")[0] for name in _imports(path, True)} & HEAVY, path


MOST_PARAMETERS, MOST_LINES = 5, 50


def _functions(tree: ast.AST) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, bool]]:
    """All functions, and whether they are methods."""
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                decorators = {one.id for one in child.decorator_list if isinstance(one, ast.Name)}
                yield child, isinstance(node, ast.ClassDef) and "staticmethod" not in decorators


@pytest.mark.parametrize("room", ROOMS)
def test_functions_are_short_and_take_few_positional_arguments(room: str) -> None:
    """``self`` and ``cls`` do not count, and neither does the docstring."""
    for file, (function, is_method) in [(path, one) for path in ROOMS[room] for one in _functions(_tree(path))]:
        named = f"{file.name}: {function.name}"
        positional = len(function.args.posonlyargs + function.args.args) - is_method
        assert positional <= MOST_PARAMETERS, f"{named}: make some of its parameters keyword-only"
        assert function.end_lineno is not None
        lines = function.end_lineno - function.lineno + 1
        if ast.get_docstring(function) is not None:
            docstring = function.body[0]
            assert docstring.end_lineno is not None
            lines -= docstring.end_lineno - docstring.lineno + 1
        assert lines <= MOST_LINES, f"{named}: {lines} lines; split it"
