"""The command line: `hubbub`, or `python -m hubbub`."""

import gc


def main() -> None:
    """Run a command. What it loads first stays: to look for garbage in that would slow down the start."""
    gc.disable()
    from hubbub.cli import main as run

    gc.freeze()
    gc.enable()
    run()


if __name__ == "__main__":
    main()
