"""The errors that seqclf raises on purpose. Anything else that escapes is a bug."""

from __future__ import annotations


class SeqclfError(Exception):
    """Something failed that the user should hear about in one message. The program ends with ``exit_code``."""

    exit_code = 1


class InputError(SeqclfError):
    """What the user gave cannot be used: a config, a data file, a run's name, an option."""

    exit_code = 2
