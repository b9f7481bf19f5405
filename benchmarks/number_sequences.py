"""How often a run's language model continues number sequences with the right number, by kind of sequence.

    python benchmarks/number_sequences.py runs/number-sequences-1

The model reads the first four numbers of each test sequence, as ``seqclf generate "2 4 8 16" --temperature 0`` would,
and the number that it writes next is compared with the sequence's fifth. Prints a Markdown table. ``--all`` also prints
each wrong answer.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable

from seqclf.generation import Generator
from seqclf.sources.sample.numbers import LABELS, SHOWN, NumberSequence, sequences

_TOKENS = 10  # more than a space, the longest number and what ends it


def next_number(generator: Generator, shown: Iterable[int]) -> str:
    """The number that the model writes after these, or whatever it writes instead."""
    text = generator.generate(" ".join(map(str, shown)), tokens=_TOKENS, temperature=0)
    first = text.split(" ")[:2]  # nothing before the space: the last number shown does not go on
    return first[1] if len(first) == 2 and not first[0] else text


def answers(generator: Generator, asked: Iterable[NumberSequence]) -> list[tuple[NumberSequence, str]]:
    """Each sequence with the number that the model writes after the first four."""
    return [(sequence, next_number(generator, sequence.terms[:SHOWN])) for sequence in asked]


def is_right(sequence: NumberSequence, answer: str) -> bool:
    return answer == str(sequence.terms[SHOWN])


def table(answered: Iterable[tuple[NumberSequence, str]]) -> str:
    """Sequences and right answers by kind, as Markdown."""
    asked, right = Counter[str](), Counter[str]()
    for sequence, answer in answered:
        asked[sequence.kind] += 1
        right[sequence.kind] += is_right(sequence, answer)
    lines = ["| kind | sequences | next number right |", "|---|---|---|"]
    lines += [f"| {kind} | {asked[kind]} | {right[kind] / asked[kind]:.1%} |" for kind in LABELS if asked[kind]]
    return "\n".join([*lines, f"| all | {asked.total()} | {right.total() / asked.total():.1%} |"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="the run's folder")
    parser.add_argument("--all", action="store_true", help="also print each wrong answer")
    arguments = parser.parse_args()
    answered = answers(Generator.load(arguments.run), sequences("test"))
    if arguments.all:
        for sequence, answer in answered:
            if not is_right(sequence, answer):
                print(f"{' '.join(map(str, sequence.terms[:SHOWN]))}: {answer}, not {sequence.terms[SHOWN]}")
    print(table(answered))


if __name__ == "__main__":
    main()
