"""Try the built wheel where people will install it.

    python -m tools.matrix [--python 3.11 ...] [--resolution highest ...] [--extra guard ...]
                           [--suite guard,embedded:tests/guard ...]
                           [--wheel FILE] [--uv PROGRAM] [-o FILE]

Each cell is one Python, one resolution and one extra, in an environment of its own that uv makes:
with the newest versions that are to be had (`highest`), or with the oldest that `pyproject.toml`
allows (`lowest-direct`). In it the extra's smoke runs: commands with their exit codes and what
they print, and programs. A suite is a folder of tests, run on the wheel with the extras before the
colon, `all` where none is named.

Exit code 0: every cell is well, 1: one is not, 2: wrong usage, 3: an interpreter was not to be had.
"""
