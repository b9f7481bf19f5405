"""The training loop: steps, state, events, and ``train``, which turns a config into a run."""
