"""Whether labels are uneven: some much more frequent than others, by number of texts or by weight."""

from __future__ import annotations

from collections.abc import Mapping

from seqclf.data.weight_statistics import WeightStatistics
from seqclf.labels import on_one_line

_OUT_OF_BALANCE = 10


def uneven(labels: Mapping[str, float]) -> tuple[str, str] | None:
    """The most and the least frequent label, if the first is at least ten times as frequent.

    ``labels``: the number of texts of each label, or their weight; those of 0 do not matter.
    """
    known = {name: amount for name, amount in labels.items() if amount}
    most, least = max(known, key=known.__getitem__, default=""), min(known, key=known.__getitem__, default="")
    return (most, least) if known and known[most] >= _OUT_OF_BALANCE * known[least] else None


def uneven_warning(counts: Mapping[str, int], weights: WeightStatistics | None = None) -> str | None:
    """A warning about uneven labels; None if they are even. ``weights`` replace ``counts`` where there are any."""
    ends = uneven(counts if weights is None else weights.labels)
    if ends is None:
        return None
    most, least = map(on_one_line, ends)
    what = f'{counts[ends[0]]:,} texts of "{most}", {counts[ends[1]]:,} of "{least}"'
    if weights is not None:
        shares = [weights.labels[name] / weights.total for name in ends]
        what = f'{shares[0]:.1%} of the weight has "{most}", {shares[1]:.1%} "{least}"'
    return f"uneven labels: {what}; look at macro F1: accuracy says little about rare labels"
