"""Frees what a training leaves in TensorFlow and Keras: a search trains many models in one process."""

from __future__ import annotations

import gc

_OF_CUSTOM_GRADIENTS = "CustomGradient-"


def forget_models() -> None:
    """Free the graphs and variables of all models of this process, which must not be used after this.

    ``tf.custom_gradient``, which the recurrent layers use, registers a function for each graph that it is traced in.
    TensorFlow never forgets it, and keeps the whole graph with it: 12 to 20 MB for a small model. The registry is not
    public; if TensorFlow changes it, the memory grows as it would without this.
    """
    import keras
    from tensorflow.python.framework import ops

    registered = getattr(getattr(ops, "gradient_registry", None), "_registry", None)
    if isinstance(registered, dict):
        for name in [name for name in registered if name.startswith(_OF_CUSTOM_GRADIENTS)]:
            del registered[name]
    keras.utils.clear_session()
    gc.collect()
