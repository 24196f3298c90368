"""Past memory, and past one machine.

Comes in: tariffs, and files of sessions with intervals or readings, or what `rating.rate` takes in the data frames of
an engine that its users already have. Goes out: a folder of tables, or data frames: the same as `rate` gives for the
whole, whatever the size of the slices.
May import: `engine` and all that it may.

    rate_files  the whole of it: which way the files go, and what is told of them
    rated_files what a run came to
    files       Parquet, Arrow IPC and CSV as streams of record batches that begin at any row
    slices      sessions with all of their intervals, cut by fixed rules from streams in order
    sort        the same for files in any order, through DuckDB's sort on disk
    ways        which of these the files go, and the checked batch of a slice
    csv_types   the types of a CSV file's own columns
    threads     reading ahead, and writing behind
    parts       a run on disk: parts that are there whole or not at all, and where to go on
    part_writer the files of one part
    fingerprint which inputs, tariffs and versions a run is of
    sums        what a part adds up to
    batches     some sessions with all their intervals -> one row a session: a plain function, for any engine
    spark       rate() of Spark data frames
    spark_work  what a Spark worker runs
    spark_types types of Spark and of Arrow
"""
