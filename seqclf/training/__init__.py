"""The training loop: steps, state, events, and ``train``, which makes a run of a config."""
