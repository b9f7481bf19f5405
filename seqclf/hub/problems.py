"""What went wrong with a hub, and what to do about it. No message contains the token."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from seqclf.errors import InputError, SeqclfError
from seqclf.hub.names import HubName

LOG_IN = "log in with `hf auth login`, or set HF_TOKEN to a token of yours (https://huggingface.co/settings/tokens)"
_NO_TOKEN, _FORBIDDEN, _NOT_FOUND, _TOO_MANY = 401, 403, 404, 429


@contextlib.contextmanager
def explained(name: HubName, *, writing: bool) -> Iterator[None]:
    """Turn the errors of requests to the hub into ours.

    Raises:
        InputError: no token or a wrong one, no permission, no such model or revision.
        SeqclfError: the hub cannot be reached, or does not answer as expected.
    """
    from huggingface_hub import errors

    failures: tuple[type[Exception], ...] = (
        errors.HTTPError,  # type: ignore[attr-defined]
        errors.OfflineModeIsEnabled,
        errors.LocalEntryNotFoundError,
        errors.LocalTokenNotFoundError,
        errors.FileMetadataError,
        errors.HFValidationError,
    )
    try:
        yield
    except failures as error:
        raise _explained(error, name, writing=writing) from error


def _explained(error: Exception, name: HubName, *, writing: bool) -> SeqclfError:
    from huggingface_hub import constants, errors

    if isinstance(error, errors.LocalEntryNotFoundError) and isinstance(error.__cause__, errors.HfHubHTTPError):
        error = error.__cause__  # the hub's answer, for want of which the library looked into its cache
    if isinstance(error, errors.LocalTokenNotFoundError):
        return InputError(f"{name}: no token of the hub was found; {LOG_IN}")
    if isinstance(error, errors.RevisionNotFoundError):
        return InputError(
            f"{name}: the model has no such branch, tag or commit; omit @{name.revision}, or name another"
        )
    if isinstance(error, errors.HfHubHTTPError):
        return _answered(error.response.status_code, name, str(error.server_message or ""), writing=writing)
    if constants.is_offline_mode() or isinstance(error, errors.OfflineModeIsEnabled):
        missing = "" if writing else "it is not complete in the cache, and "
        return InputError(f"{name}: {missing}HF_HUB_OFFLINE forbids to ask the hub; unset it")
    if isinstance(error, errors.HFValidationError):
        return InputError(f"{name}: the hub's library rejects this name ({error})")
    also = "" if writing else ", and the model is not complete in the cache"
    return SeqclfError(f"{name}: {constants.ENDPOINT} cannot be reached{also}; check the network, then try again")


def _answered(status: int, name: HubName, said: str, *, writing: bool) -> SeqclfError:
    """The error for an answer of the hub with this HTTP status."""
    from huggingface_hub import constants, get_token

    user = name.repository.partition("/")[0]
    if status == _NO_TOKEN and (writing or get_token()):
        return InputError(f"{name}: the hub rejects the token: it is wrong or has expired; {LOG_IN}")
    if status == _FORBIDDEN and writing:
        return InputError(
            f"{name}: the token may not write to {user}; use one with write access, or push to a user or an "
            "organisation of yours"
        )
    if status == _NOT_FOUND and writing:
        return InputError(f"{name}: the hub has no user or organisation {user}, or the token may not write there")
    if status in (_NO_TOKEN, _FORBIDDEN, _NOT_FOUND):
        return InputError(
            f"{name}: the hub has no such model, or it is private; check the name; for a private or gated one, {LOG_IN}"
        )
    if status == _TOO_MANY:
        return SeqclfError(f"{name}: too many requests; wait a few minutes, then try again")
    why = f": {said}" if said else ""
    return SeqclfError(f"{name}: {constants.ENDPOINT} answered with HTTP status {status}{why}; try again later")
