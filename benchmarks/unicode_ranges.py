"""Write seqclf/text/unicode_ranges.py: the classes of characters that define words and normal forms.

    pip install regex==2026.11.19    # Unicode 17.0
    python3.11 benchmarks/unicode_ranges.py > seqclf/text/unicode_ranges.py

Words follow properties of Unicode 17.0. Normal forms are those of Unicode 14.0, the version of Python 3.11's
``unicodedata``: they never change for characters that it knows, and later Pythons know them all.
"""

from __future__ import annotations

import sys
import textwrap
import unicodedata
from collections.abc import Callable

import regex

HEADER = '''"""Classes of characters, from the properties of Unicode; written by ``benchmarks/unicode_ranges.py``."""

from __future__ import annotations

Ranges = tuple[tuple[int, int], ...]
"""First and last code points of ranges, ascending."""


def _ranges(text: str) -> Ranges:
    return tuple(
        (int(first, 16), int(last or first, 16)) for first, _, last in (r.partition("-") for r in text.split())
    )

'''

# Control characters, invisible ones (soft hyphen, zero-width characters) and variation selectors; also the code points
# that Unicode reserves for more of them.
SEPARATOR = r"[\p{White_Space}\p{Z}\p{Cc}\p{Cf}\p{Variation_Selector}\U000E0000-\U000E0FFF]"
# Scripts that are written without spaces between words: Thai, Lao, Khmer, Myanmar, Tai (SA), Balinese, Javanese, Batak
# and others (the classes that begin with A and V).
UNSPACED = r"[\p{LB=SA}\p{LB=AK}\p{LB=AP}\p{LB=AS}\p{LB=VF}\p{LB=VI}]"
# Punctuation, symbols, numbers in circles and the like, private use; ideographs; what will become ideographs and emoji.
SYMBOL = r"[\p{P}\p{S}\p{No}\p{Co}\p{Ideographic}]|(?=\p{Cn})\p{LB=ID}"
UNSPACED_LETTER = rf"(?=[\p{{L}}\p{{Nl}}]){UNSPACED}"


def ranges(belongs: Callable[[str], object]) -> str:
    """The characters, without surrogates and U+FFFD, as ``first-last`` in hexadecimal digits."""
    found: list[list[int]] = []
    for code in range(0x110000):
        if 0xD800 <= code <= 0xDFFF or code == 0xFFFD or not belongs(chr(code)):
            continue
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return " ".join(f"{first:04X}" if first == last else f"{first:04X}-{last:04X}" for first, last in found)


def is_reordered(character: str) -> bool:
    return all(map(unicodedata.combining, unicodedata.normalize("NFKD", character)))


def main() -> None:
    if unicodedata.unidata_version != "14.0.0":
        sys.exit(f"expected Python 3.11, whose unicodedata is of Unicode 14.0; found {unicodedata.unidata_version}")
    separator, symbol, mark = (regex.compile(one).fullmatch for one in (SEPARATOR, SYMBOL, r"\p{M}"))
    classes: dict[str, tuple[str, Callable[[str], object]]] = {
        "SEPARATORS": ("They separate words and are dropped.", separator),
        "SYMBOLS": (
            "Each is a word: punctuation, symbols, ideographs.",
            lambda character: symbol(character) and not (separator(character) or mark(character)),
        ),
        "UNSPACED": (
            "Letters of scripts that are written without spaces between words.",
            regex.compile(UNSPACED_LETTER).fullmatch,
        ),
        "MARKS": (
            "Combining marks (General_Category M), without variation selectors.",
            lambda character: mark(character) and not separator(character),
        ),
        "REORDERED": (
            "Characters that consist of marks which canonical ordering may move (Unicode 14.0).",
            is_reordered,
        ),
        "UNASSIGNED": (
            "Code points without a character in Unicode 14.0.",
            lambda character: unicodedata.category(character) == "Cn",
        ),
    }
    parts = []
    for name, (description, belongs) in classes.items():
        lines = textwrap.indent(textwrap.fill(ranges(belongs), 116), "    ")
        parts.append(f'{name} = _ranges("""\n{lines}\n""")\n"""{description}"""\n')
    print(HEADER + "\n" + "\n".join(parts), end="")


if __name__ == "__main__":
    main()
