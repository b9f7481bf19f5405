"""Untrusted bytes give an error or a result: inputs that once failed, and mutations of valid ones."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from fuzzing.corpus import known
from fuzzing.mutate import mutated
from fuzzing.targets import TARGETS, call, seeds
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzzing")


@pytest.fixture(scope="module")
def right(folder: Path) -> dict[str, list[bytes]]:
    """Valid inputs by target."""
    return {target: seeds(target, folder) for target in TARGETS}


@pytest.fixture(autouse=True)
def _cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path))  # targets set it, too


@pytest.mark.parametrize("target", TARGETS)
def test_known_tokens_and_correct_answers(target: str, right: dict[str, list[bytes]], folder: Path) -> None:
    inputs = [*right[target], *known(target)]
    assert inputs
    for data in inputs:
        call(target, data, folder / "fed")


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=150)
@given(draw=st.randoms(use_true_random=False), place=st.integers(0, 10**6))
def test_changed_at_random(
    target: str, draw: random.Random, place: int, right: dict[str, list[bytes]], folder: Path
) -> None:
    call(target, mutated(right[target][place % len(right[target])], draw), folder / "fed")
