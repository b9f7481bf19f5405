"""Broken configs: unlabelled texts, teachers and objectives that conflict with other options."""

from broken_configs.beginnings import POOL

CASES: dict[str, list[tuple[str, list[str]]]] = {
    "across options, learning": [
        (
            "data: {source: table, train: a.csv, unlabelled: b.csv}\n" + POOL,
            [
                "1:37: data.unlabelled: is not used: add training.teacher, or an objective that reads unlabelled texts "
                "(texts: unlabelled), or remove it"
            ],
        ),
        (
            "data: {source: table, train: a.csv, unlabelled: b.csv}\n"
            + POOL
            + "training: {teacher: {runs: a, unlabelled: 0}, objectives: [entropy]}\n",
            [
                "1:37: data.unlabelled: is not used: training.teacher.unlabelled is 0; raise it, or add an objective "
                "that reads unlabelled texts (texts: unlabelled), or remove it"
            ],
        ),
        (
            "data: {source: sample}\n" + POOL + "training: {teacher: {runs: a, weight: 0}}\n",
            ["3:31: training.teacher.weight: is 0, so the teacher has no effect; raise it, or set data.unlabelled"],
        ),
        (
            "data: {source: table, train: a.csv, unlabelled: b.csv}\n"
            + POOL
            + "training: {teacher: {runs: a, confidence: {at_least: 0}}}\n",
            ["3:31: training.teacher.confidence: leaves out nothing with these bounds; remove it, or change them"],
        ),
        (
            "task: language_model\ndata: {source: sample}\nlayers: [{type: lstm, units: 64}]\n"
            "training: {objectives: [r_drop], sharpness: {}}\n",
            [
                "4:12: training.objectives: has no effect in language_model; remove it",
                "4:34: training.sharpness: has no effect in language_model; remove it",
            ],
        ),
        (
            "data: {source: sample}\nlayers: []\nngrams: {}\ntraining: {objectives: [{type: adversarial}]}\n",
            [
                "4:25: training.objectives[0]: adversarial changes the vectors of tokens, but layers is []; remove it, "
                "or add layers"
            ],
        ),
        (
            "data: {source: sample}\n" + POOL + "training: {objectives: [rdrop, {type: adversarial, eps: 3}]}\n",
            [
                '3:25: training.objectives[0].type: unknown value "rdrop"; did you mean "r_drop"?',
                '3:52: training.objectives[1].eps: unknown option; did you mean "epsilon"?',
            ],
        ),
        (
            "data: {source: sample}\n"
            + POOL
            + "training: {objectives: [{type: r_drop, alpha: 2}, sam, label_smoothing]}\n",
            [
                '3:40: training.objectives[0].alpha: unknown option; did you mean "weight"?',
                '3:51: training.objectives[1].type: "sam" is no type; did you mean the option "training.sharpness"? Types '
                "are adversarial, entropy, mixup, r_drop, virtual_adversarial",
                '3:56: training.objectives[2].type: "label_smoothing" is no type; did you mean the option '
                '"training.loss.label_smoothing"? Types are adversarial, entropy, mixup, r_drop, virtual_adversarial',
            ],
        ),
        (
            "data: {source: sample}\n" + POOL + "training: {objectives: [{type: entropy, alpha: 2}], teacher: first}\n",
            [
                "3:41: training.objectives[0].alpha: unknown option for entropy (an option of mixup)",
                '3:53: training.teacher: expected options (name: value), found the string "first"; write {runs: first}',
            ],
        ),
        (
            "data: {source: sample}\n" + POOL + "training: {mixup: {alpha: 1}, vat: {}, sam: {}, cosine: {}}\n",
            [
                '3:12: training.mixup: unknown option: "mixup" is a type; did you mean "objectives: [{type: mixup}]"?',
                '3:31: training.vat: unknown option: "vat" is a type; did you mean "objectives: [{type: '
                'virtual_adversarial}]"?',
                '3:40: training.sam: unknown option; did you mean "sharpness"?',
                '3:49: training.cosine: unknown option: "cosine" is a type; did you mean "schedule: {type: cosine}"?',
            ],
        ),
        (
            "data: {source: sample}\n" + POOL + "training: {objectives: [{type: entropy, texts: both}]}\n",
            [
                "3:41: training.objectives[0].texts: entropy reads unlabelled texts, but data.unlabelled is not set; set "
                "it, or remove the option"
            ],
        ),
    ],
}
