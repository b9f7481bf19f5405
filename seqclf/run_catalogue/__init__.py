"""The runs of a folder as a whole: what is known of each, which one is best, how they differ; deleting and renaming.

Only small files are read: ``manifest.json``, ``metrics.json``, summaries of cross-validations, and ``config.yaml`` or
``history.jsonl`` where they are asked for. Nothing here imports NumPy or TensorFlow.
"""
