"""What a user notes about a run: a file of its own, because a training process writes the manifest at any time."""

from __future__ import annotations

from pathlib import Path

from seqclf.errors import InputError
from seqclf.files import write_text
from seqclf.runs import Run


def note_file(run: Run) -> Path:
    return run.folder / "note.txt"


def note_of(run: Run) -> str | None:
    """The note; None without one, or if it cannot be read."""
    try:
        return note_file(run).read_text(encoding="utf-8", errors="replace").strip() or None
    except OSError:
        return None


def write_note(run: Run, text: str) -> None:
    """Replace the note; an empty text removes it. Raises ``InputError`` if it cannot be written."""
    try:
        if text.strip():
            write_text(note_file(run), text.strip() + "\n")
        else:
            note_file(run).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{note_file(run)}: cannot be written ({error.strerror})") from error
