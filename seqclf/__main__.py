"""``python -m seqclf`` is the same program as ``seqclf``."""

from seqclf.cli import main

if __name__ == "__main__":
    main()
