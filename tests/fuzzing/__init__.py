"""Readers of what strangers give, fed with bytes: anything but a result or a ``SeqclfError`` is a bug.

``targets`` are the readers, ``corpus`` holds inputs that once went wrong or reach far into the code, a JSON line each
(a character a byte). ``tests/test_fuzzing.py`` replays them; ``python -m fuzzing TARGET`` (``make fuzz``) looks for new
ones.
"""
