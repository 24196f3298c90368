"""How fast `rating` is: the job J1, `rating` and its peers side by side (`python -m benchmarks`)."""
