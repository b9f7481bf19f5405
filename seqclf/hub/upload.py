"""Uploads of folders to a hub, in one commit: a reader sees all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from seqclf.errors import InputError
from seqclf.hub.download import KERAS, LIGHT
from seqclf.hub.names import HubName
from seqclf.hub.problems import LOG_IN, explained
from seqclf.hub.quiet import hush

OURS = (*LIGHT, *KERAS, "saved_model/*", "history.jsonl")
"""Files of a model that a push replaces or deletes; all others stay. The card is replaced as well."""


@dataclass(frozen=True)
class Upload:
    """What a push does besides uploading the files.

    Attributes:
        message: of the commit.
        private: make a new repository private; an error if it exists and is public.
    """

    message: str
    private: bool = False


def files_of(folder: Path) -> list[tuple[str, int]]:
    """The names of all files in a folder, as on the hub, and their sizes in bytes."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.relative_to(folder).as_posix(), path.stat().st_size) for path in found]


def check_token(name: HubName) -> str:
    """The name of the token's user. Raises ``InputError`` if there is no token or the hub rejects it."""
    from huggingface_hub import HfApi, constants, get_token

    if get_token() is None:
        raise InputError(f"{name}: no token of the hub was found; {LOG_IN}")
    hush()
    with explained(name, writing=True):
        return str(HfApi(endpoint=constants.ENDPOINT).whoami()["name"])


def upload(folder: Path, name: HubName, how: Upload) -> str:
    """Upload all files of a folder, and delete those of an earlier push that it lacks. Returns the model's address.

    Makes the repository if there is none, and the branch ``name.revision`` if it is missing. Raises as ``explained``.
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, constants

    hush()
    api = HfApi(endpoint=constants.ENDPOINT, library_name="seqclf")
    repository, revision = name.repository, name.revision
    with explained(name, writing=True):
        api.create_repo(repository, private=how.private or None, exist_ok=True)
        if how.private and not api.model_info(repository).private:
            raise InputError(
                f"{name}: exists and is public, so --private would not hide it; make it private in its settings, or "
                "choose another name"
            )
        if revision is not None:
            api.create_branch(repository, branch=revision, exist_ok=True)
        names = [file for file, _ in files_of(folder)]
        stale = _stale(api.list_repo_files(repository, revision=revision), names)
        api.create_commit(
            repository,
            [
                *(CommitOperationDelete(path_in_repo=file) for file in stale),
                *(CommitOperationAdd(path_in_repo=file, path_or_fileobj=folder / file) for file in names),
            ],
            commit_message=how.message,
            revision=revision,
        )
    return f"{constants.ENDPOINT}/{repository}" + (f"/tree/{revision}" if revision else "")


def _stale(there: list[str], names: list[str]) -> Iterator[str]:
    """Files of an earlier push that a folder with these names would not replace."""
    return (file for file in there if file not in names and any(fnmatchcase(file, pattern) for pattern in OURS))
