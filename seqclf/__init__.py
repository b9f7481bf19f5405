"""seqclf: recurrent text classifiers and language models from one YAML file, trained on an ordinary CPU.

The package is a set of rooms (see ``docs/architecture.md``). Importing it imports neither TensorFlow nor any other
heavy package; what a room needs is imported when that room is entered.
"""

__version__ = "0.1.0"
