"""pytest-benchmark: each stage by itself, on small data (`make bench-suites`, or `pytest benchmarks/suites -k load`).

kernel, settle   what the compiled part takes, without reading and without tables
rate, cdr        whole ratings
quote, files     one session from plain values; Parquet to Parquet
load, compile    tariffs from a folder; tariffs to arrays
start            `import rating`, and `rating warmup`, in processes of their own
"""
