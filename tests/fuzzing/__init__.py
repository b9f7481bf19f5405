"""Fuzzing of readers of untrusted input: anything but a result or a ``SeqclfError`` is a bug.

``targets`` are the readers; ``corpus`` has inputs that once failed or reach far into the code, one JSON line each
(a character a byte). ``tests/test_fuzzing.py`` replays them; ``python -m fuzzing TARGET`` (``make fuzz``) looks for new
ones.
"""
