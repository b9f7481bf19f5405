"""Where texts are from: one module a kind of source."""
