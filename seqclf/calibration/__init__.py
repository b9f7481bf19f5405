"""What is chosen for the probabilities of a trained classifier, on its validation texts, and stored with its run."""
