"""For each option of a config what shows that it does something; ``looks`` says what can be looked at."""

from option_cases import data, layers, text, training
from option_cases.case import Case, Changes
from option_cases.options import OPTIONS

CASES = data.CASES | text.CASES | layers.CASES | training.CASES

__all__ = ["CASES", "OPTIONS", "Case", "Changes"]
