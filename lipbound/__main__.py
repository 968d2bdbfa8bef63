"""`python -m lipbound` is the command `lipbound`."""

from .cli import main

if __name__ == "__main__":
    main()
