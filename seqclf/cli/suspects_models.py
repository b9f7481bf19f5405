"""Judges the labels for ``seqclf suspects``: progress, signals, and what an interruption leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqclf.cli.wrap import say

if TYPE_CHECKING:
    from seqclf.config import LoadedConfig
    from seqclf.suspects.find import Suspects
    from seqclf.training.events import Event

_AGAIN = "Finished folds are kept: the same command continues with the next one."


def judged(loaded: LoadedConfig, model: str, *, folds: int, similarity: float | None, threads: int | str) -> Suspects:
    """What was found. An interruption says that the finished folds are kept.

    Args:
        model: ``linear`` or ``network``.
        similarity: of near-duplicates; None: only equal texts.
    """
    try:
        if model == "network":
            return _by_network(loaded, folds, similarity, threads)
        from seqclf.suspects.find import find_suspects
        from seqclf.suspects.linear import LinearModels

        return find_suspects(loaded.config, LinearModels(), folds=folds, similarity=similarity, say=_say)
    except KeyboardInterrupt as interruption:
        interruption.add_note(_AGAIN)
        raise


def _by_network(loaded: LoadedConfig, folds: int, similarity: float | None, threads: int | str) -> Suspects:
    from seqclf.cli.progress import progress_listener
    from seqclf.cli.stop_request import StopRequest
    from seqclf.config.problems import ConfigError
    from seqclf.suspects.find import find_suspects
    from seqclf.suspects.network import Networks
    from seqclf.training.options import Callbacks, TrainOptions

    with StopRequest() as stop, progress_listener() as show_event:

        def listen(event: Event) -> None:
            stop.update(event)
            show_event(event)

        callbacks = Callbacks(listen, stop)
        model = Networks(loaded.config, TrainOptions(threads=threads), callbacks)
        model.check()
        try:
            return find_suspects(loaded.config, model, folds=folds, similarity=similarity, say=callbacks.stage)
        except ConfigError as error:
            raise loaded.error(error.problems) from error
        except KeyboardInterrupt as interruption:
            raise KeyboardInterrupt(*([stop.signal] if stop.signal else interruption.args)) from None


def _say(stage: str) -> None:
    say(stage, err=True)
