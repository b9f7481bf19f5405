"""Writes docs/licences.md: the licence of every package that requirements-dev.txt names, as its metadata states it.

To be run where all of them are installed: ``make lock``.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEAD = """# Licences

What seqclf installs for its development (`requirements-dev.txt`), with the licence that each package states of itself.
*use*: what `pip install seqclf` brings; *dev*: tests and tools. `make lock` writes this page.

| package | licence | for |
|---|---|---|
"""


def names(lock: str) -> list[str]:
    """Packages of a lock file."""
    return sorted(set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", lock, flags=re.MULTILINE)))


def licence(name: str) -> str | None:
    """None where the package is not installed: it belongs to another system or version of Python."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    if expression := about.get("License-Expression"):
        return str(expression)
    classifiers = [entry.rpartition(" :: ")[2] for entry in about.get_all("Classifier") or [] if "License ::" in entry]
    return "; ".join(entry for entry in classifiers if entry != "OSI Approved") or _first_line(about.get("License"))


def needed(name: str) -> set[str]:
    """The package and all that it requires, here and without extras."""
    found, left = set(), [name]
    while left:
        one = re.sub(r"[-_.]+", "-", left.pop()).lower()
        if one in found:
            continue
        found.add(one)
        try:
            requirements = metadata.requires(one) or []
        except metadata.PackageNotFoundError:
            continue
        left += [re.split(r"[ ;<>=!~\[(]", entry)[0] for entry in requirements if "extra ==" not in entry]
    return found


def _first_line(text: str | None) -> str:
    return text.strip().splitlines()[0] if text and text.strip() else "not stated"


def main() -> None:
    used = needed("seqclf")
    rows = []
    for name in names((ROOT / "requirements-dev.txt").read_text(encoding="utf-8")):
        stated = licence(name) or "not installed here"
        rows.append(f"| {name} | {stated.replace('|', '/')} | {'use' if name in used else 'dev'} |")
    (ROOT / "docs" / "licences.md").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
