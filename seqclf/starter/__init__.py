"""A config for a user's own data: which columns, which files, what the texts are like, which model fits them."""
