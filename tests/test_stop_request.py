"""Ctrl-C at an awkward moment."""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from seqclf.cli.stop_request import StopRequest


class _Interrupted(io.RawIOBase):
    """A file during whose first write a signal arrives."""

    def __init__(self, descriptor: int, request: StopRequest) -> None:
        self._descriptor, self._request = descriptor, request

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, data: Any, /) -> int:
        if not self._request():
            self._request._note(signal.SIGINT, None)
        return os.write(self._descriptor, data)


def test_a_signal_during_a_write_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = StopRequest()
    with (tmp_path / "stderr").open("wb", buffering=0) as file:
        stream = io.TextIOWrapper(io.BufferedWriter(_Interrupted(file.fileno(), request)), encoding="utf-8")
        monkeypatch.setattr(sys, "stderr", stream)
        print("epoch 1", file=stream, flush=True)
    monkeypatch.undo()
    assert request() and request.signal == signal.SIGINT
    written = (tmp_path / "stderr").read_text(encoding="utf-8")
    assert written.count("press Ctrl-C again to stop at once.") == 1 and "epoch 1" in written
