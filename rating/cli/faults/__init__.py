"""How faults of files are told: to people, to GitHub, to tools that read SARIF, and to any program as JSON.

Comes in: `errors.Fault`s, each with its severity. Goes out: text.
May import: what `cli` may.

    found       a fault or a warning, and which part of its file it is about
    json_places where in JSON a path leads
    people      the line of the file with the place marked, as compilers show it
    machines    JSON, and the annotations of GitHub
    sarif       SARIF 2.1.0
"""
