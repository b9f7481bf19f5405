"""Trackers of experiments: small listeners that tell TensorBoard, MLflow or trackio of a training.

``tracking`` (``tracking.py``) is the listener. What it tells comes from the run's own files: points from
``history.jsonl`` (``points.py``), the config and the manifest (``about.py``), and at the end ``metrics.json``. So a
training that is resumed, or that gets another tracker half-way, is told from its beginning, without what a tracker has
already. Each tracker is a module of ``kinds/`` and works in a thread of its own (``sender.py``): a training never waits
for one, and never fails with one.
"""
