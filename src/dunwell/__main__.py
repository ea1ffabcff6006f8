"""``python -m dunwell`` is ``dunwell``."""

from dunwell.cli import main

if __name__ == "__main__":
    main()
