"""Configs of language models for a user's own texts: ``init --from DATA --task language_model``, and ``train DATA``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from seqclf.cli.wrap import say
from seqclf.errors import InputError
from seqclf.files import shell_word

if TYPE_CHECKING:
    from seqclf.config import Config, LoadedConfig, Override
    from seqclf.starter.language_model import LanguageModelStarter
    from seqclf.starter.request import Request


def language_model_from(request: Request) -> LanguageModelStarter:
    """The config of a language model for a user's texts; describes it on stderr. Raises ``InputError``."""
    from seqclf.starter.formats import is_data
    from seqclf.starter.language_model import language_model_starter
    from seqclf.starter.unlabelled import has_plain_texts, plain_texts, texts_of_table

    path = Path(request.path)
    if (is_data(path) and not path.is_dir()) or not has_plain_texts(request.path):
        texts = texts_of_table(request)
    else:
        texts = plain_texts(request)
    say(f"Found {texts.summary}.", err=True)
    for note in texts.notes:
        say(f"  {note}", err=True)
    made = language_model_starter(request.path, texts, request.name)
    say(f"  {made.model}", err=True)
    return made


def is_for_language_model(path: Path, overrides: Sequence[Override]) -> bool:
    """Whether ``path`` is data, and the overrides ask for a language model of it."""
    from seqclf.starter.formats import is_data
    from seqclf.starter.wanted_task import is_plain_text, wants_language_model

    return wants_language_model(overrides) and (is_data(path) or is_plain_text(path))


def load_language_model(
    path: Path, overrides: Sequence[Override], *, presets: bool
) -> tuple[LoadedConfig, Callable[[Config], str]]:
    """As ``starting.load_or_make`` for the texts of a language model."""
    from seqclf.config import read_config
    from seqclf.starter.presets import STARTER_FILE
    from seqclf.starter.request import Request
    from seqclf.starter.trained import trained_text
    from seqclf.starter.wanted_task import without_task

    if presets:
        raise InputError("--presets compares classifiers: omit it for a language model")
    if any(override.path[0] == "initialize" for override in overrides):
        init = f"`seqclf init --from {shell_word(path)} --task language_model -o FILE`"
        raise InputError(f"{path}: a model that starts from another run needs its layers; {init} writes a config")
    given = {override.path[1]: override.value for override in overrides if override.path[:1] == ("data",)}
    encoding = given.get("encoding")
    columns = given.get("text") or []
    text = tuple(map(str, columns if isinstance(columns, list) else [columns]))
    made = language_model_from(Request(str(path), text=text, encoding=encoding if isinstance(encoding, str) else None))
    loaded = read_config(STARTER_FILE, without_task(overrides), made.text)
    return loaded, partial(trained_text, made.text, loaded)
