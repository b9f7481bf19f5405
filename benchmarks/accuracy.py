"""Training curves of seqclf's recurrent layers and of Keras's own, from the same seeds on the same batches.

    python benchmarks/accuracy.py configs/imdb_lstm.yaml --data-dir DIR --seeds 1 2 3 --epochs 3

Prints a table and writes ``accuracy.json``. Each curve starts from the same weights, so what differs is rounding.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path
from typing import Any


def curve(config: Any, data: Any, stock: bool) -> list[dict[str, float]]:
    """Loss and accuracy of each epoch."""
    from seqclf.config.depth import depth_groups
    from seqclf.layers.recurrent import plain
    from seqclf.tasks.kinds import task_of
    from seqclf.training.events import EpochDone
    from seqclf.training.loop import training_events
    from seqclf.training.state import TrainingState

    task = task_of(config, data)
    model = task.model(config, data)
    state = TrainingState.begin(plain(model) if stock else model, config.training, depth_groups(config))
    train = task.batches(data.train, config, training=True)
    validation = task.batches(data.validation, config, training=False)
    events = training_events(state, train, validation, task, config.training, seed=config.seed)
    epochs = [event for event in events if isinstance(event, EpochDone)]
    return [
        {
            "loss": epoch.loss,
            "accuracy": epoch.accuracy,
            "val_loss": epoch.validation.loss,
            "val_accuracy": epoch.validation.accuracy,
            "seconds": epoch.seconds,
        }
        for epoch in epochs
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    parser.add_argument("--data-dir", help="tensorflow-datasets' folder")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("accuracy.json"))
    arguments = parser.parse_args()

    from seqclf.config import Override, load_config
    from seqclf.data.prepare import prepare
    from seqclf.tensorflow_startup import start_tensorflow

    curves: dict[str, dict[int, Any]] = {"keras": {}, "seqclf": {}}
    for seed in arguments.seeds:
        overrides = [
            Override(("seed",), seed, "--seeds"),
            Override(("training", "epochs"), arguments.epochs, "--epochs"),
        ]
        overrides.append(Override(("training", "early_stopping"), None, "--epochs"))
        if arguments.data_dir:
            overrides.append(Override(("data", "data_dir"), arguments.data_dir, "--data-dir"))
        config = load_config(arguments.config, overrides)
        start_tensorflow(config, "auto")
        data = prepare(config)
        for name in curves:
            curves[name][seed] = curve(config, data, stock=name == "keras")
            arguments.out.write_text(json.dumps(curves, indent=1), encoding="utf-8")
            for epoch, row in enumerate(curves[name][seed], 1):
                print(f"{name:7} seed {seed} epoch {epoch}", *(f"{key} {value:.4f}" for key, value in row.items()))
    for epoch in range(arguments.epochs):
        for name, by_seed in curves.items():
            values = [rows[epoch]["val_accuracy"] for rows in by_seed.values()]
            spread = statistics.stdev(values) if len(values) > 1 else 0.0
            print(f"epoch {epoch + 1} {name:7} val_accuracy {statistics.mean(values):.4f} +- {spread:.4f}")


if __name__ == "__main__":
    main()
