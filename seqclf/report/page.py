"""Templates filled with values: complete pages that load nothing and run no scripts.

Every value that a template shows is escaped, and control characters in it are made visible (``words.on_one_line``).
Only ``Markup`` is taken as it is: figures, and templates inside templates.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from seqclf import __version__
from seqclf.report.words import in_lines, on_one_line, visible
from seqclf.run_files import REPORT_GENERATOR

_TEMPLATES = Path(__file__).with_name("templates")


def page(template: str, **values: Any) -> str:
    """A complete page."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    shared = {"style": Markup(style), "policy": policy, "generator": f"{REPORT_GENERATOR} {__version__}"}
    return _environment().get_template(f"{template}.html").render(**shared, **values)


@cache
def _style() -> str:
    return "\n" + (_TEMPLATES / "report.css").read_text(encoding="utf-8").strip() + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["lines"] = lambda text: Markup(escape(in_lines(text)))
    environment.filters["whole"] = lambda text: Markup(escape(visible(text, "\n\t")))
    environment.filters["code"] = _with_code
    return environment


def _shown(value: Any) -> Any:
    """Any value on its way into a page; ``Markup`` stays, and a value that is lacking is a mistake of the template."""
    if value is None:
        raise ValueError("a template shows a value that is None")
    return on_one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _with_code(sentence: str) -> Markup:
    """A sentence of ours with commands between backticks."""
    parts = (escape(visible(part)) for part in sentence.split("`"))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts)
    )
