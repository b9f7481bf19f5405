"""Cases of the options of ``training``."""

from __future__ import annotations

from typing import Any

from option_cases import looks
from option_cases.case import POOL, Case
from option_cases.options import OPTIONS
from seqclf.config.schema.optimizers import OPTIMIZERS

MULTI_LABEL = {"layers": POOL, "data": {"source": "table", "train": "lists.jsonl", "validation": 0.2}}

KEPT = {"layers": POOL, "training__keep_checkpoints": True}


def _optimizer(kind: str, option: str, value: Any, **others: Any) -> Case:
    options = {"type": kind, **others}
    changed = {"training__optimizer": {**options, option: value}}
    return Case(looks.steps_of, {"training__optimizer": options}, changed)


def _stopping(option: str, value: Any, other: Any, **optimizer: Any) -> Case:
    """A learning rate at which losses only fall a little with every epoch."""
    base = {
        "layers": POOL,
        "training__epochs": 4,
        "training__optimizer": {"type": "sgd", "learning_rate": 1e-3, **optimizer},
    }
    stopping = {"monitor": "val_loss", "patience": 1, "min_delta": 0.0}
    base["training__early_stopping"] = {**stopping, option: value}
    return Case(looks.run_of, base, {**base, "training__early_stopping": {**stopping, option: other}})


def _training(option: str, value: Any, **base: Any) -> Case:
    """A short training of a small model."""
    base = {"layers": POOL, "head": [], "training": {"epochs": 3, "batch_size": 16, **base}}
    return Case(looks.learning_of, base, {**base, "training": {**base["training"], option: value}})


def _taught(changed: Any, **base: Any) -> Case:
    """A model that learns from a teacher, also about unlabelled texts; ``changed``: another teacher."""
    given = {"layers": POOL, "head": [], "embedding": {"dim": 8}, "data__unlabelled": "b.csv"}
    teacher = {"runs": ["first-1"], "temperature": 2.0, **base}
    found = [{**given, "training__teacher": one} for one in (teacher, {**teacher, **changed})]
    return Case(looks.lessons_of, *found)


def _within(section: str, kind: str | None, option: str, value: Any, **options: Any) -> Case:
    """Cases of one option in a section of ``training``. Those of a type have one base, which is trained once."""
    options = {**({"type": kind} if kind else {}), **options}
    return _training(section, {**options, option: value}, **_stops(kind), **{section: options})


def _stops(kind: str | None) -> dict[str, Any]:
    """For a plateau, only the first epoch is best: the rate is cut after it."""
    return {"early_stopping": {"min_delta": 9.0, "patience": 9}} if kind == "plateau" else {}


def _schedule(name: str, kind: str, **options: Any) -> dict[str, Case]:
    other = "linear" if kind != "linear" else "cosine"
    cases = {
        f"{name}.type": _training("schedule", {"type": other}, **_stops(kind), schedule={"type": kind, **options}),
        f"{name}.warmup": _within("schedule", kind, "warmup", 0.5, **options),
        f"{name}.final": _within("schedule", kind, "final", 0.7, **options),
    }
    return {case: of for case, of in cases.items() if case in OPTIONS}


def _of_objective(kind: str, option: str, value: Any, **options: Any) -> Case:
    """A case of one option of an objective."""
    options = {"type": kind, **options}
    return _training("objectives", [{**options, option: value}], objectives=[options])


def _on(kind: str) -> Case:
    """A case of the texts that have a term."""
    case = _of_objective(kind, "texts", "both")
    texts = {"data__unlabelled": "b.csv"}
    used = [{"type": kind, "texts": "unlabelled"}]
    base = {**case.base, "training": {**case.base["training"], "objectives": used}}
    return Case(case.shown_by, {**base, **texts}, {**case.changed, **texts})


def _objective(name: str, kind: str, other: str) -> dict[str, Case]:
    """Cases of the options that all objectives have."""
    return {
        f"{name}.type": _training("objectives", [other], objectives=[kind]),
        f"{name}.weight": _of_objective(kind, "weight", 3.0),
    }


def _optimizer_options(name: str, kind: str, learning_rate: float) -> dict[str, Case]:
    """Cases of the options that all optimizers have."""
    other = "sgd" if kind != "sgd" else "adam"
    # With a large divisor, a step also depends on the size of the gradients.
    large = {"epsilon": 1e-2} if "epsilon" in OPTIMIZERS[kind].model_fields else {}
    return {
        f"{name}.type": Case(
            looks.steps_of, {"training__optimizer": {"type": kind}}, {"training__optimizer": {"type": other}}
        ),
        f"{name}.learning_rate": _optimizer(kind, "learning_rate", learning_rate),
        f"{name}.weight_decay": _optimizer(kind, "weight_decay", 0.3),
        f"{name}.clip_norm": _optimizer(kind, "clip_norm", 1e-3, **large),
    }


CASES: dict[str, Case] = {
    "Config.name": Case(looks.run_of, {"name": "one", "layers": POOL}, {"name": "two", "layers": POOL}),
    "Config.training": Case(looks.texts_of, {}, {"training": {"batch_size": 5}}),
    "TrainingConfig.epochs": Case(looks.run_of, {"layers": POOL}, {"layers": POOL, "training__epochs": 3}),
    "TrainingConfig.batch_tokens": Case(
        looks.texts_of, {"tokenizer__max_tokens": 3}, {"tokenizer__max_tokens": 3, "training__batch_tokens": 7}
    ),
    "TrainingConfig.teacher": _taught({"runs": ["first", "second"]}),
    "TeacherConfig.runs": _taught({"runs": ["second"]}),
    "TeacherConfig.weight": _taught({"weight": 0.9}),
    "TeacherConfig.temperature": _taught({"temperature": 3.0}),
    "TeacherConfig.unlabelled": _taught({"unlabelled": 0.3}),
    "TeacherConfig.confidence": _taught({"confidence": {"at_least": 0.55}}),
    "TeacherConfig.hard": _taught({"hard": True}, temperature=1.0),
    "Confidence.at_least": _taught({"confidence": {"at_least": 0.55}}, confidence={"at_least": 0.5, "at_most": 0.99}),
    "Confidence.at_most": _taught(
        {"confidence": {"at_least": 0.5, "at_most": 0.55}}, confidence={"at_least": 0.5, "at_most": 0.99}
    ),
    "TrainingConfig.unlabelled_batch_size": Case(
        looks.unlabelled_of,
        {"data__unlabelled": "b.csv"},
        {"data__unlabelled": "b.csv", "training__unlabelled_batch_size": 5},
        without_labels=True,
    ),
    "TrainingConfig.batch_size": Case(looks.texts_of, {}, {"training__batch_size": 7}),
    "TrainingConfig.optimizer": Case(looks.steps_of, {}, {"training__optimizer": {"type": "rmsprop"}}),
    "TrainingConfig.accumulate_steps": _training("accumulate_steps", 2),
    "TrainingConfig.loss": _training("loss", {"type": "focal"}),
    "TrainingConfig.class_weights": _training("class_weights", {"1": 3.0}),
    "TrainingConfig.objectives": _training("objectives", ["adversarial"]),
    **_objective("Adversarial", "adversarial", "r_drop"),
    "Adversarial.epsilon": _of_objective("adversarial", "epsilon", 1.0),
    **_objective("RDrop", "r_drop", "adversarial"),
    **_objective("Mixup", "mixup", "r_drop"),
    "Mixup.alpha": _of_objective("mixup", "alpha", 0.1),
    "TrainingConfig.sharpness": _training("sharpness", {}),
    "Sharpness.rho": _within("sharpness", None, "rho", 0.5),
    **_objective("Entropy", "entropy", "r_drop"),
    "Entropy.texts": _on("entropy"),
    **_objective("VirtualAdversarial", "virtual_adversarial", "r_drop"),
    "VirtualAdversarial.texts": _on("virtual_adversarial"),
    "VirtualAdversarial.epsilon": _of_objective("virtual_adversarial", "epsilon", 1.0),
    # The direction depends on the length of the small move where the model is not linear.
    "VirtualAdversarial.xi": _of_objective("virtual_adversarial", "xi", 9.0),
    "VirtualAdversarial.iterations": _of_objective("virtual_adversarial", "iterations", 3),
    "TrainingConfig.schedule": _training("schedule", {"type": "linear"}),
    "TrainingConfig.moving_average": _training("moving_average", {"decay": 0.9}),
    "TrainingConfig.layer_rates": _training("layer_rates", [0.5, 1.0]),
    "RateDecay.decay": _training("layer_rates", {"decay": 3.0}, layer_rates={"decay": 2.0}),
    "TrainingConfig.unfreeze_every": _training("unfreeze_every", 1),
    "CrossEntropy.type": _training("loss", {"type": "focal"}, loss={"type": "cross_entropy"}),
    "CrossEntropy.label_smoothing": _within("loss", "cross_entropy", "label_smoothing", 0.2),
    "Focal.type": _training("loss", {"type": "cross_entropy"}, loss={"type": "focal"}),
    "Focal.gamma": _within("loss", "focal", "gamma", 1.0),
    "MovingAverage.decay": _within("moving_average", None, "decay", 0.5),
    **_schedule("ConstantSchedule", "constant"),
    **_schedule("LinearSchedule", "linear"),
    **_schedule("CosineSchedule", "cosine"),
    **_schedule("ExponentialSchedule", "exponential", rate=0.5),
    "ExponentialSchedule.rate": _within("schedule", "exponential", "rate", 0.6, rate=0.5),
    "ExponentialSchedule.every": _within("schedule", "exponential", "every", 2, rate=0.5),
    **_schedule("InverseSqrtSchedule", "inverse_sqrt", warmup=2),
    **_schedule("OneCycleSchedule", "one_cycle"),
    "OneCycleSchedule.start": _within("schedule", "one_cycle", "start", 0.5),
    "OneCycleSchedule.rise": _within("schedule", "one_cycle", "rise", 0.5),
    **_schedule("SlantedTriangularSchedule", "slanted_triangular"),
    "SlantedTriangularSchedule.cut_fraction": _within("schedule", "slanted_triangular", "cut_fraction", 0.5),
    "SlantedTriangularSchedule.ratio": _within("schedule", "slanted_triangular", "ratio", 2.0),
    **_schedule("PlateauSchedule", "plateau"),
    "PlateauSchedule.factor": _within("schedule", "plateau", "factor", 0.1),
    "PlateauSchedule.patience": _within("schedule", "plateau", "patience", 2),
    "TrainingConfig.early_stopping": Case(
        looks.run_of,
        {"layers": POOL, "training__epochs": 4},
        {"layers": POOL, "training__epochs": 4, "training__early_stopping": {"min_delta": 9.0, "patience": 1}},
    ),
    "TrainingConfig.checkpoint_steps": Case(looks.checkpoints_of, KEPT, {**KEPT, "training__checkpoint_steps": 2}),
    "TrainingConfig.checkpoint_minutes": Case(
        looks.checkpoints_of, KEPT, {**KEPT, "training__checkpoint_minutes": 1e-9}
    ),
    "TrainingConfig.keep_checkpoints": Case(looks.checkpoints_of, {"layers": POOL}, KEPT),
    "TrainingConfig.log_every": Case(looks.run_of, {"layers": POOL}, {"layers": POOL, "training__log_every": 2}),
    "TrainingConfig.baseline": Case(
        looks.scores_of, {"layers": POOL, "training__baseline": False}, {"layers": POOL, "training__baseline": "auto"}
    ),
    "TrainingConfig.thresholds": Case(looks.thresholds_of, MULTI_LABEL, {**MULTI_LABEL, "training__thresholds": 0.25}),
    "EarlyStopping.monitor": _stopping("monitor", "val_loss", "val_accuracy"),
    "EarlyStopping.patience": _stopping("patience", 1, 2, learning_rate=1e-30),
    "EarlyStopping.min_delta": _stopping("min_delta", 0.0, 9.0),
    **_optimizer_options("Adam", "adam", 0.1),
    **_optimizer_options("AdamW", "adamw", 0.1),
    **_optimizer_options("Sgd", "sgd", 0.1),
    **_optimizer_options("RmsProp", "rmsprop", 0.1),
    "Adam.beta_1": _optimizer("adam", "beta_1", 0.5),
    "Adam.beta_2": _optimizer("adam", "beta_2", 0.5),
    "Adam.epsilon": _optimizer("adam", "epsilon", 0.1),
    "AdamW.beta_1": _optimizer("adamw", "beta_1", 0.5),
    "AdamW.beta_2": _optimizer("adamw", "beta_2", 0.5),
    "AdamW.epsilon": _optimizer("adamw", "epsilon", 0.1),
    "Sgd.momentum": _optimizer("sgd", "momentum", 0.9),
    "Sgd.nesterov": _optimizer("sgd", "nesterov", True, momentum=0.9),
    "RmsProp.rho": _optimizer("rmsprop", "rho", 0.5),
    "RmsProp.momentum": _optimizer("rmsprop", "momentum", 0.5),
    "RmsProp.epsilon": _optimizer("rmsprop", "epsilon", 0.1),
}
