"""The operators of each kind of tokenizer, in a module named after the kind; discovered automatically."""
