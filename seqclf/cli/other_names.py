"""Names of options in other tools."""

OPTIONS_ELSEWHERE = {
    "train": {
        **dict.fromkeys(("output", "out", "o", "output_dir", "out_dir", "save_dir", "log_dir", "run_dir"), "--runs"),
        **dict.fromkeys(("run_name", "experiment", "run", "n"), "--name"),
        **dict.fromkeys(("continue", "restart", "restore", "checkpoint"), "--resume"),
        **dict.fromkeys(("cv", "k_folds", "kfold", "k"), "--folds"),
        **dict.fromkeys(("override", "option", "s"), "--set"),
        **dict.fromkeys(("num_threads", "workers", "cpus", "j"), "--threads"),
    },
    "eval": {
        **dict.fromkeys(("model", "model_dir", "checkpoint", "r", "m"), "--run"),
        **dict.fromkeys(("input", "file", "test", "test_data", "dataset", "i"), "--data"),
        **dict.fromkeys(("text_column", "column"), "--text"),
        **dict.fromkeys(("label_column", "target"), "--label"),
        **dict.fromkeys(("part", "subset"), "--split"),
    },
    "predict": {
        **dict.fromkeys(("model", "model_dir", "checkpoint", "r", "m"), "--run"),
        **dict.fromkeys(("file", "data", "csv", "in", "texts", "input_file", "f", "from"), "--input"),
        **dict.fromkeys(("out", "output_file", "to"), "--output"),
        **dict.fromkeys(("text_column", "text_col", "col", "text"), "--column"),
        **dict.fromkeys(("fields", "extra", "feature", "value"), "--field"),
        **dict.fromkeys(("format",), "--input-format"),
        **dict.fromkeys(("topk", "top_k", "k", "n"), "--top"),
        **dict.fromkeys(("proba", "probs", "all"), "--probabilities"),
        **dict.fromkeys(("scores", "perplexity", "ppl", "logprobs", "log_probability", "likelihood"), "--score"),
        **dict.fromkeys(("force", "f"), "--overwrite"),
    },
    "explain": {
        **dict.fromkeys(("model", "model_dir", "checkpoint", "r", "m"), "--run"),
        **dict.fromkeys(("target", "class", "labels", "towards", "l"), "--label"),
        **dict.fromkeys(("contrast", "versus", "vs", "instead_of"), "--against"),
        **dict.fromkeys(("fields", "extra", "feature", "value"), "--field"),
        **dict.fromkeys(("file", "data", "csv", "in", "texts", "input_file", "f", "from"), "--input"),
        **dict.fromkeys(("text_column", "text_col", "col", "text"), "--column"),
        **dict.fromkeys(("format",), "--input-format"),
        **dict.fromkeys(("out", "output_file", "to"), "--output"),
        **dict.fromkeys(("report", "page"), "--html"),
        **dict.fromkeys(("first", "max_rows", "max_texts", "rows", "head"), "--limit"),
        **dict.fromkeys(("topk", "top_k", "k", "n", "words"), "--top"),
        **dict.fromkeys(("calls", "samples", "num_samples", "budget", "max_calls"), "--most-calls"),
        **dict.fromkeys(("ig", "gradients", "integrated_gradients"), "--method integrated-gradients"),
        **dict.fromkeys(("force",), "--overwrite"),
    },
    "report": {
        **dict.fromkeys(("out", "o", "output_file", "html", "to", "file"), "--output"),
        **dict.fromkeys(("browser", "show", "view", "open_browser"), "--open"),
    },
    "generate": {
        **dict.fromkeys(("model", "model_dir", "checkpoint", "r", "m"), "--run"),
        **dict.fromkeys(("max_tokens", "max_new_tokens", "n_predict", "length", "max_length", "n"), "--tokens"),
        **dict.fromkeys(("temp", "t"), "--temperature"),
        **dict.fromkeys(("k", "topk"), "--top-k"),
        **dict.fromkeys(("nucleus", "p", "topp"), "--top-p"),
        **dict.fromkeys(("num_samples", "num_return_sequences", "count"), "--samples"),
        **dict.fromkeys(("random_seed", "s"), "--seed"),
        **dict.fromkeys(("stop_sequence", "until", "end"), "--stop"),
        **dict.fromkeys(("num_threads", "workers", "cpus", "j"), "--threads"),
        **dict.fromkeys(("greedy", "argmax", "deterministic"), "--temperature 0"),
    },
    "export": {
        **dict.fromkeys(("model", "model_dir", "r", "m"), "--run"),
        **dict.fromkeys(("output", "out", "o", "output_dir", "dir"), "--to"),
        **dict.fromkeys(("type", "form"), "--format"),
        **{form: f"--format {form}" for form in ("onnx", "keras", "saved_model")},
        **dict.fromkeys(("quantized", "int8", "quantise", "8bit"), "--quantize"),
    },
    "list": {
        **dict.fromkeys(("filter", "pattern", "run"), "--name"),
        **dict.fromkeys(("status",), "--state"),
        **dict.fromkeys(("sort_by", "order", "order_by", "s"), "--sort"),
        **dict.fromkeys(("score",), "--metric"),
        **dict.fromkeys(("quiet", "q", "names"), "--only-names"),
        **dict.fromkeys(("top", "max", "count", "head"), "--limit"),
        **dict.fromkeys(("all", "a"), "--folds"),
    },
    "best": {
        **dict.fromkeys(("score", "by", "sort", "monitor"), "--metric"),
        **dict.fromkeys(("status",), "--state"),
    },
    **dict.fromkeys(("rm", "gc"), dict.fromkeys(("force", "f", "no_confirm"), "--yes")),
    "init": {
        **dict.fromkeys(("data", "input", "file", "csv", "i", "f", "train"), "--from"),
        **dict.fromkeys(("out", "to"), "--output"),
        **dict.fromkeys(("text_column", "column"), "--text"),
        **dict.fromkeys(("label_column", "target"), "--label"),
        **dict.fromkeys(("config", "preset", "t"), "--template"),
        **dict.fromkeys(("weights", "sample_weight", "weight_column"), "--weight"),
        **dict.fromkeys(("extras", "extra_column", "field", "feature", "features"), "--extra"),
    },
}
"""Options of other tools -> ours, by command."""

ARGUMENTS_ELSEWHERE = {
    "train": {"config": "CONFIG", "c": "CONFIG", "config_file": "CONFIG", "f": "CONFIG"},
    "check": {"config": "CONFIG", "c": "CONFIG", "config_file": "CONFIG"},
    "generate": dict.fromkeys(("prompt", "text", "start", "prime", "prefix"), "PROMPT"),
    "predict": {"sentence": "TEXT", "text": "TEXT", "t": "TEXT"},
}
"""Options of other tools -> our arguments, by command."""

DATA_OPTIONS = dict.fromkeys(("group", "groups", "group_column"), "group")
"""Options for further columns -> the option of a config's ``data``; ``init`` has none for them."""
