"""Models on a hub: names, uploads and downloads by ``huggingface_hub``."""
