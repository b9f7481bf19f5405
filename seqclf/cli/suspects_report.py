"""The output of ``seqclf suspects``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqclf.cli.console import console
from seqclf.cli.grids import Grid, Part, Report
from seqclf.cli.report_output import print_report
from seqclf.files import shell_word
from seqclf.labels import on_one_line
from seqclf.metrics.label_errors import LEAST_FOUND
from seqclf.suspects.find import FEWEST_LISTED
from seqclf.text.fields import as_line

if TYPE_CHECKING:
    from seqclf.suspects.find import LabelSuspect, Pair, Suspects
    from seqclf.suspects.listing import Listing

_MOST_PAIRS = 12
_EXCERPT = 72  # characters of a text
_INDENT = " " * 6
_LITTLE = 0.02  # how far the model must be ahead of the most frequent answer to be of use

_SCORE = "how much more probable the suggestion is"
_SCORE_OF_SEVERAL = "by how much the decision is less probable than is usual for it"

_FEW_FOUND = f"the model finds the label in fewer than {LEAST_FOUND} of the texts that have it"


def show(found: Suspects, listing: Listing, path: Path, top: int) -> None:
    """Print what was found. ``path``: the file with all of it, which was not written if nothing was found."""
    parts: list[Part] = [*_parts(found, listing, top), "", *_next_steps(found, len(listing), path)]
    print_report(console(), Report(_title(found), parts))


def _title(found: Suspects) -> str:
    if found.why_not is not None:
        return f"The labels were not judged: {found.why_not}"
    what = "decisions about labels" if found.labels.multi else "labels"
    return (
        f"Judged {found.judged:,} {what}: the model, trained on other texts, predicts {_percent(found.agreement)} of "
        f"them (always the most frequent answer: {_percent(found.majority)})"
    )


def _parts(found: Suspects, listing: Listing, top: int) -> Iterator[Part]:
    if found.why_not is None:
        yield from _of_labels(found, listing, top)
    yield ""
    if found.groups:
        yield "Equal and similar texts:"
        yield _group_grid(found)
    else:
        yield "No equal or similar texts."


def _of_labels(found: Suspects, listing: Listing, top: int) -> Iterator[Part]:
    if found.agreement < found.majority + _LITTLE * (1 - found.majority):
        yield (
            "The model is hardly better than the most frequent answer, so do not trust its list of labels; try "
            "--model network, or more texts"
        )
    if found.unknown:
        names = ", ".join(f'"{on_one_line(name)}" ({count:,})' for name, count in list(found.unknown.items())[:5])
        more = ", ..." if len(found.unknown) > 5 else ""
        why = _FEW_FOUND if found.labels.multi else "too few texts have the label"
        yield f"Not judged, because {why}: {names}{more}"
    if compared := [f"{count:,} {name} text{'' if count == 1 else 's'}" for name, count in found.only_compared.items()]:
        judge = (
            "; --set data.test=0 judges them too" if listing.draws_test_texts and "test" in found.only_compared else ""
        )
        yield f"Not judged, only compared with the others: {' and '.join(compared)}{judge}"
    yield ""
    yield _count_line(found)
    if found.errors:
        yield _pair_grid(found)
    if found.left_out:
        yield (
            f"Not listed: {found.left_out:,} more that the model contradicts with less certainty. Of each label, at "
            f"most a tenth of its texts are listed, and as many others (at least {FEWEST_LISTED})"
        )
    if shown := found.errors[:top]:
        yield ""
        yield f"The most certain (score: {_SCORE_OF_SEVERAL if found.labels.multi else _SCORE}):"
        yield from (_top(error, listing) for error in shown)


def _count_line(found: Suspects) -> str:
    count, end = len(found.errors), ":" if found.errors else ""
    if found.labels.multi:
        labels = f"{count:,} decision{'' if count == 1 else 's'} about labels"
    else:
        labels = f"{count:,} label{'' if count == 1 else 's'}"
    return f"{labels} may be wrong{end}"


def _pair_grid(found: Suspects) -> Grid:
    pairs = found.pairs.most_common()
    rows = [[*map(on_one_line, _change(pair)), f"{count:,}"] for pair, count in pairs[:_MOST_PAIRS]]
    if (more := len(pairs) - _MOST_PAIRS) > 0:
        left = sum(count for _, count in pairs[_MOST_PAIRS:])
        what = "change" if found.labels.multi else "pair"
        rows.append([f"{more:,} more {what}{'' if more == 1 else 's'}", "", f"{left:,}"])
    headings = ("label", "suggested", "texts") if found.labels.multi else ("given", "suggested", "texts")
    return Grid(headings, rows, words=2)


def _change(pair: Pair) -> tuple[str, str]:
    """The given label and the suggested one; or, of several, a label and what to do with it."""
    given, instead = pair
    if given is None:
        return instead or "", "add it"
    return given, "remove it" if instead is None else instead


def _top(error: LabelSuspect, listing: Listing) -> str:
    """A line with the place, and one with the text."""
    given, instead = map(on_one_line, _change(error.pair))
    origin = listing.origin(error.split, error.place)
    where = on_one_line(Path(origin.file).name) + ("" if origin.line is None else f":{origin.line}")
    change = f"{given} -> {instead}" if error.about is None else f"{given}: {instead}"
    return f"{error.score:.2f}  {where}  {change}\n{_INDENT}{_excerpt(listing.text(error.split, error.place))}"


def _group_grid(found: Suspects) -> Grid:
    """Groups by kind, and by the splits that they join."""
    groups, texts = Counter[str](), Counter[str]()
    for group in found.groups:
        kind = "equal" if group.exact else "similar"
        for name in (
            kind,
            f"{kind}, with different labels" if group.contradictory else "",
            _joins(found, kind, group.splits),
        ):
            groups[name] += bool(name)
            texts[name] += len(group.members) if name else 0
    order = [
        name
        for kind in ("equal", "similar")
        for name in (kind, f"{kind}, with different labels", *sorted(_joined(groups, kind)))
    ]
    rows = [[name, f"{groups[name]:,}", f"{texts[name]:,}"] for name in order if groups[name]]
    return Grid(("", "groups", "texts"), rows)


def _joins(found: Suspects, kind: str, splits: tuple[int, ...]) -> str:
    names = [found.splits[split].name for split in splits]
    return f"{kind}, in {' and '.join(names)}" if len(names) > 1 else ""


def _joined(names: Iterable[str], kind: str) -> Iterator[str]:
    return (name for name in names if name.startswith(f"{kind}, in "))


def _next_steps(found: Suspects, rows: int, path: Path) -> Iterator[str]:
    if not rows:
        yield "No file was written." + (f" {shell_word(path)} is from an earlier call." if path.exists() else "")
        return
    yield f"Written to {shell_word(path)}: {rows:,} row{'' if rows == 1 else 's'}, the most certain first."
    yield "No data were changed. Look through it from the top, and correct wrong labels at the file and line given."
    across = [group for group in found.groups if len(group.splits) > 1]
    if any(group.leaks for group in across):
        yield (
            "Equal texts that are in training and in another split make its scores too good: remove them from training."
        )
    if not all(group.exact for group in across):
        yield "Similar texts of several splits may say different things: read them before you remove any."


def _excerpt(text: str) -> str:
    return on_one_line(as_line(text[:1_000]), _EXCERPT)


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.1f} %"


def as_json_object(found: Suspects, listing: Listing, path: Path, top: int) -> dict[str, Any]:
    """Everything that ``show`` prints, unrounded; ``file`` is null if nothing was found."""
    rows = zip(range(min(top, len(found.errors))), listing.rows(flat=False), strict=False)
    pairs = [
        {"given": given, "suggested": instead, "texts": count} for (given, instead), count in found.pairs.most_common()
    ]
    groups = [
        {
            "texts": len(group.members),
            "equal": group.exact,
            "different_labels": group.contradictory,
            "splits": [found.splits[split].name for split in group.splits],
        }
        for group in found.groups
    ]
    return {
        "judged": found.judged,
        **({} if found.why_not is None else {"why_not_judged": found.why_not}),
        "agreement": found.agreement,
        "agreement_of_majority": found.majority,
        "not_judged": found.unknown,
        "only_compared": found.only_compared,
        "label_errors": len(found.errors),
        **({"label_errors_not_listed": found.left_out} if found.labels.multi else {}),
        "pairs": pairs,
        "top": [row for _, row in rows],
        "groups": groups,
        "file": str(path) if len(listing) else None,
    }
