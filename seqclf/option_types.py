"""Building blocks of the schema: a strict base model, options with several types, numbers with bounds and units."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidatorFunctionWrapHandler, WrapValidator

OptionPath = tuple[str | int, ...]
"""Path from the top of a config to one option: ``("layers", 1, "units")``."""


class Strict(BaseModel):
    """Unknown options and silent conversions ("3" to 3) are errors; a checked model is immutable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Kind(Strict):
    """One type of something that has several, such as an optimizer: its options (the fields) and what they mean.

    A type is a subclass with a field ``type`` in a module of its own; ``kinds_in`` finds it.

    Attributes:
        other_names: names of the type in other libraries, in lower case, for suggestions.
    """

    other_names: ClassVar[tuple[str, ...]] = ()

    if TYPE_CHECKING:
        type: str  # each subclass has its own field

    def problems(self) -> Iterator[tuple[str, str]]:
        """Conflicts between the options: option and message."""
        return iter(())

    def warnings(self) -> Iterator[tuple[str, str]]:
        """Valid options that are costly or less effective than they seem: option and message."""
        return iter(())


def kinds_in(package: str, base: type[BaseModel], *, default: str | None = None, key: str = "type") -> dict[str, Any]:
    """The types that the modules of ``package`` define, by name: ``default`` first, then alphabetically.

    A type is a subclass of ``base`` with a field ``key``, such as ``type: Literal["name"]``. If it accepts other
    strings, it has its module's name. Raises ``TypeError`` if two types have the same name.
    """
    found: dict[str, Any] = {}
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        for kind in vars(importlib.import_module(f"{package}.{module.name}")).values():
            if isinstance(kind, type) and issubclass(kind, base) and key in kind.model_fields:
                names = get_args(kind.model_fields[key].annotation)
                name = str(names[0]) if names else module.name
                if found.setdefault(name, kind) is not kind:
                    raise TypeError(f"{found[name]} and {kind}: two types have the name {name}")
    return dict(sorted(found.items(), key=lambda item: (item[0] != default, item[0])))


def one_of(
    kinds: Mapping[str, type[Strict]], *, default: str | None = None, key: str = "type", by_name: bool = False
) -> Any:
    """Annotation of an option that is one of these types, which the field ``key`` names; if missing, ``default``.

    ``by_name``: the name of a type alone stands for the type with its defaults.
    """
    union: Any = Annotated[reduce(or_, kinds.values()), Field(discriminator=key)]
    if default is None and not by_name:
        return union

    def complete(value: Any, validated: ValidatorFunctionWrapHandler) -> Any:
        if by_name and isinstance(value, str):
            return validated({key: value})
        if not isinstance(value, dict) or key in value or default is None:
            return validated(value)
        made = validated({key: default, **value})
        made.model_fields_set.discard(key)  # the default is nobody's choice
        return made

    if not by_name:
        return Annotated[union, WrapValidator(complete)]
    name: Any = Literal[tuple(kinds)]
    return Annotated[union, WrapValidator(complete, json_schema_input_type=union | name)]


# Upper bounds catch typing errors: larger values are useless or exceed memory.
Fraction = Annotated[float, Field(ge=0, lt=1)]
PositiveFraction = Annotated[float, Field(gt=0, lt=1)]
Decay = Annotated[float, Field(ge=0, lt=1)]
PositiveReal = Annotated[float, Field(gt=0)]
NonNegativeReal = Annotated[float, Field(ge=0)]
Width = Annotated[int, Field(ge=1, le=65_536, json_schema_extra={"unit": "entries"})]
Tokens = Annotated[int, Field(ge=1, le=1_000_000, json_schema_extra={"unit": "tokens"})]
Texts = Annotated[int, Field(ge=1, le=1_000_000, json_schema_extra={"unit": "texts"})]
Steps = Annotated[int, Field(ge=1, le=1_000_000, json_schema_extra={"unit": "steps"})]
Epochs = Annotated[int, Field(ge=1, le=1_000_000, json_schema_extra={"unit": "epochs"})]
Name = Annotated[str, Field(min_length=1)]

MAPPING = "mapping"
"""Tag that distinguishes a mapping from an option's other values: part of pydantic's locations, not of option paths."""

LIST = "list[]"
"""The same of a list; pydantic's own name of a list in a union also starts with ``list[``."""

AUTO: Final = "auto"
"""The value of an option that a training chooses itself."""

OR_AUTO = "or auto"
"""Tag of the number of such an option."""


def _is_auto(value: Any) -> str:
    return AUTO if value == AUTO else OR_AUTO


# With a tag for each, whatever else is written is reported as a number that it should be.
AutoReal = Annotated[
    Annotated[Literal["auto"], Tag(AUTO)] | Annotated[PositiveReal, Tag(OR_AUTO)], Discriminator(_is_auto)
]
AutoTexts = Annotated[Annotated[Literal["auto"], Tag(AUTO)] | Annotated[Texts, Tag(OR_AUTO)], Discriminator(_is_auto)]
