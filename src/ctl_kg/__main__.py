"""``python -m ctl_kg``: the command line."""

from ctl_kg.cli import main

if __name__ == "__main__":
    main()
