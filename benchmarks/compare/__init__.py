"""Two versions of `rating` on one machine: `python -m benchmarks.compare BASE` (or `make bench-compare BASE=main`).

trees    the two versions as folders: this one, and a worktree of the other with a kernel cache of its own
worker   what one process measures of one version: each job beside the read floor, in turns, and what bills come to
rounds   processes of both versions in turns, and what they told
verdict  a table, and whether the new version is slower, or bills something else
counts   instructions instead of time, where valgrind is at hand

The worker is this version's, whatever it measures: it imports nothing of `rating` but `load_tariffs` and `rate`.
"""
