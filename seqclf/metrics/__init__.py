"""What models are measured by. A score is one line: a field of a frozen dataclass, its computation and its marks.

To add a score to text classification, add a field to ``ClassificationScores``, ``MultiLabelScores`` or both::

    weighted_f1: float | None = metric(
        lambda counts: float(counts.f1 @ counts.support / counts.support.sum()), monitored=True, default=None
    )

Runs from before lack it: hence ``default=None``, with which their ``metrics.json`` still loads. What follows:

- ``metrics.json``, ``seqclf eval --json`` and the scores of the baseline have every score.
- ``monitored=True``: ``training.early_stopping.monitor`` has the choice ``val_weighted_f1``, and so has the generated
  ``docs/config.md``. ``headline()`` has the score: ``history.jsonl`` has a column ``val_weighted_f1``, and the tables
  of epochs, folds and trials, ``seqclf eval`` and model cards show it as "weighted F1" (``words_of``).
- ``shown=True``: only ``seqclf eval`` shows it.
- ``smaller_is_better=True``: ``score(name)`` is its negative, so that early stopping keeps the smallest.
- ``optional=True``: it is None where it is not defined: ``null`` in JSON, "n/a" for people. Not for monitored scores.

A score that is not needed after each epoch, because it needs the order of probabilities or takes long, is a field of
``EvaluationScores``, ``SingleLabelEvaluation`` or ``MultiLabelEvaluation``, computed from ``Evidence``. It may always
be undefined. Its function is a plain one of truth, probabilities and weights, as those in ``averages``,
``calibration``, ``intervals``, ``ranking`` and ``thresholds``.

If ``Counts`` lacks what the score needs, count it in ``seqclf.tasks.classification``. A score of each label is a field
of ``LabelMetrics``. Another task has its own subclass of ``Scores``; add it to ``seqclf.metrics.monitors``.

The config reads the names, so nothing here imports NumPy: arrays come as arguments.
"""
