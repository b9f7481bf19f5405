"""Dependencies are bounded, locked and listed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
APART = set(re.findall(r"^EXTRAS := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[0].split())
"""Extras that `make test-extras` installs into environments of their own, unlocked within their bounds."""
DIRECT = [*PROJECT["dependencies"], *(one for name, extra in EXTRAS.items() if name not in APART for one in extra)]
LOCK = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
LOCKED = re.findall(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", LOCK, flags=re.MULTILINE)


@pytest.mark.parametrize("text", DIRECT)
def test_every_dependency_is_bounded_and_locked_within_its_bounds(text: str) -> None:
    requirement = Requirement(text)
    assert {bound.operator for bound in requirement.specifier} == {">=", "<"}
    name = re.sub(r"[-_.]+", "-", requirement.name).lower()
    versions = [Version(version) for locked, version in LOCKED if locked == name]
    assert versions, "run `make lock`"
    assert all(version in requirement.specifier for version in versions)


@pytest.mark.parametrize("text", [one for name in sorted(APART) for one in EXTRAS[name]])
def test_every_extra_apart_is_bounded(text: str) -> None:
    assert {bound.operator for bound in Requirement(text).specifier} == {">=", "<"}


def test_make_test_extras_runs_the_tests_of_every_extra_apart() -> None:
    files = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    needed = {extra for file in files for extra in re.findall(r'needs_extra\("(\w+)"', file)}
    assert needed == APART


def test_the_lock_has_hashes_and_names_no_place() -> None:
    assert len(LOCKED) > 50
    for entry in re.split(r"\n(?=[a-z0-9])", LOCK)[1:]:
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
    assert "://" not in LOCK and "file:" not in LOCK


def test_every_licence_is_listed() -> None:
    page = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| (\S+) \| (.+?) \| (?:use|dev) \|$", page, flags=re.MULTILINE))
    assert sorted(listed) == sorted({name for name, _ in LOCKED}), "run `make lock`"
    assert not [name for name, licence in listed.items() if re.search(r"\bA?GPL", licence)]
