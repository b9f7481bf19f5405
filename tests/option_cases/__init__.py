"""For each config option, a case that shows its effect; ``looks`` has the ways to observe it."""

from option_cases import data, layers, tasks, text, training
from option_cases.case import Case, Changes
from option_cases.options import OPTIONS

CASES = data.CASES | tasks.CASES | text.CASES | layers.CASES | training.CASES

__all__ = ["CASES", "OPTIONS", "Case", "Changes"]
