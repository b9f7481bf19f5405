"""Stored inputs: one JSON line each, one character per byte."""

from __future__ import annotations

import json
from pathlib import Path

_FOLDER = Path(__file__).parent / "inputs"


def known(target: str) -> list[bytes]:
    path = _FOLDER / f"{target}.jsonl"
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    return [json.loads(line).encode("latin-1") for line in lines]


def remember(target: str, data: bytes) -> None:
    _FOLDER.mkdir(exist_ok=True)
    with (_FOLDER / f"{target}.jsonl").open("a", encoding="ascii") as file:
        file.write(json.dumps(data.decode("latin-1")) + "\n")
