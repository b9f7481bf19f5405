"""A starter: turns the path of a user's data into the text of a config that trains on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from seqclf.config import read_config
from seqclf.config.problems import ConfigError
from seqclf.config.templates import template
from seqclf.config.validation import checked_config
from seqclf.errors import InputError
from seqclf.files import expanded
from seqclf.starter.look import Look, look
from seqclf.starter.notes import about_files, about_labels
from seqclf.starter.recipe import Recipe, recipe
from seqclf.starter.request import Request
from seqclf.starter.siblings import Parts, find_parts, from_anywhere, given_part, training_part
from seqclf.starter.training_texts import TrainingTexts, training_texts
from seqclf.starter.usable import PartChecks, check_texts
from seqclf.starter.write import config_text, name_after, one_line, with_data

SEED = 7
_FEW_TEXTS = 400


@dataclass(frozen=True)
class Seen:
    """A user's data: the options of ``data``, and a look at the texts.

    Attributes:
        summary: the texts and labels in one sentence.
        notes: choices, reasons and alternatives: sentences for the screen.
    """

    request: Request
    name: str
    data: Mapping[str, Any]
    look: Look
    summary: str
    notes: tuple[str, ...]
    seed: int = SEED


@dataclass(frozen=True)
class Starter:
    """The text of a config, and its origin."""

    text: str
    seen: Seen
    recipe: Recipe | None

    @property
    def model(self) -> str:
        """The model and the reason for it, for the screen."""
        if self.recipe is None:
            return f"model: from the template {self.seen.request.template}"
        return f"model: {self.recipe.name} ({self.recipe.why})"

    @property
    def missing_vectors(self) -> str | None:
        """The file of word vectors that the config names, if it is not there."""
        path = read_config(self.seen.name, (), self.text).config.embedding.vectors
        return None if path is None or expanded(path).exists() else path


def starter(request: Request) -> Starter:
    """A config that trains on the unchanged file or folder.

    Raises ``InputError`` if the data cannot be read or the columns cannot be identified.
    """
    return starter_for(see(request))


def starter_for(seen: Seen) -> Starter:
    """The config for examined data. Raises ``InputError`` for an unknown template, or that of a language model."""
    request = seen.request
    if request.template is not None:
        model = template(request.template)
        _check_labels_are_read(request.template, model)
        text = with_data(model, seen.name, seen.data)
        if not seen.data["validation"]:
            _check_without_validation(request.template, text)
        return Starter(text, seen, None)
    return starter_of(seen, recipe(seen.look, request.family))


def _check_labels_are_read(name: str, model: str) -> None:
    if not read_config(name, (), model).config.task.needs_labels:
        raise InputError(
            f"--template {name}: is a language model, which reads texts without labels; `seqclf init --template {name} "
            "-o FILE` writes its config, in which you can change `data`; --task language_model in place of --template "
            "writes one for DATA"
        )


def _check_without_validation(name: str, text: str) -> None:
    try:
        read_config(name, (), text)
    except ConfigError as error:
        raise InputError(
            f"--validation 0: the template {name} needs validation texts for training; give a fraction such as 0.1, or "
            "omit --template"
        ) from error


def name_problem(name: str) -> str | None:
    """What is wrong with the name of a config; None if nothing is."""
    return _wrong_options({"name": name}).get("name")


def check_options(seen: Seen) -> None:
    """Raise ``InputError`` if the config of the data could not be read again, such as for fractions of 1 together."""
    data = {name: list(value) if isinstance(value, tuple) else value for name, value in seen.data.items()}
    # Writing the config reports a path that it cannot contain.
    data |= {part: part for part in ("train", "validation", "test") if isinstance(data.get(part), str)}
    if wrong := _wrong_options({"name": seen.name, "data": data}):
        raise InputError("\n".join(f"--{option.replace('_', '-')}: {message}" for option, message in wrong.items()))


def _wrong_options(options: Mapping[str, Any]) -> dict[str, str]:
    """Messages about top-level options and those of ``data``, by option."""
    try:
        checked_config({"data": {"source": "sample"}, "layers": [{"type": "pool"}], **options})
    except ConfigError as error:
        return {str(problem.path[:2][-1]): problem.message for problem in error.problems}
    return {}


def starter_of(seen: Seen, chosen: Recipe) -> Starter:
    """The config of a recipe for examined data."""
    if not seen.data["validation"]:
        chosen = chosen.without_validation()
    heading = (
        "A classifier of your own texts. Every option is explained by `seqclf schema --markdown`.",
        f"Found in {seen.request.path}: {seen.summary}.",
        f"Model: {chosen.name} ({chosen.why}).",
    )
    options = {"name": seen.name, "seed": seen.seed, "data": dict(seen.data), **chosen.sections()}
    return Starter(config_text(options, heading), seen, chosen)


def replaced(starter: Starter, why: str) -> Starter:
    """The same starter with another reason for its model."""
    assert starter.recipe is not None
    return starter_of(starter.seen, replace(starter.recipe, why=why))


def see(request: Request) -> Seen:
    """Find the files and columns, and examine the texts. Raises ``InputError``."""
    train = training_part(request.path)
    part = training_texts(train, request)
    check_texts(train, part.texts)
    checks = PartChecks(part.texts, part.read)
    found = find_parts(train, checks)
    splits = _splits(request, found, part, checks)
    looked = look(
        part.texts,
        rows=part.rows,
        validation=isinstance(splits["validation"], str),
        test=isinstance(splits["test"], str),
    )
    return Seen(
        request,
        request.name or name_after(train),
        {
            "source": part.options["source"],
            "train": from_anywhere(train),
            **splits,
            **part.options,
            **checks.options(splits),
        },
        looked,
        one_line(looked.summary(part.named)),
        tuple(
            map(
                one_line,
                (
                    *part.notes,
                    *about_labels(looked),
                    *about_files(request.path, train, splits, part.selection),
                    *checks.notes(splits),
                    *found.notes,
                ),
            )
        ),
    )


def _splits(request: Request, found: Parts, part: TrainingTexts, check: Callable[[str], None]) -> dict[str, Any]:
    """The options ``validation`` and ``test``: from the user, else the files found, else fractions."""
    share = 0.1 if len(part.texts) >= _FEW_TEXTS else 0.2
    splits: dict[str, Any] = {}
    for split, given, beside in (
        ("validation", request.validation, found.validation),
        ("test", request.test, found.test),
    ):
        splits[split] = beside and from_anywhere(beside)
        if given is not None:
            splits[split] = given_part(f"--{split}", given, check)
        elif beside is None:
            splits[split] = share
    return splits
