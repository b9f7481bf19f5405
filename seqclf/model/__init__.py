"""From a config to an ordinary ``keras.Model``."""
