"""For each option of a config what shows that it does something; one module says what can be looked at."""

from option_cases.cases import CASES, Case, Changes
from option_cases.options import OPTIONS

__all__ = ["CASES", "OPTIONS", "Case", "Changes"]
