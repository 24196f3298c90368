"""The same call past one machine: inside an engine that its users already have.

Comes in: what `rating.rate` takes, in that engine's data frames. Goes out: the four tables, in the same.
May import: `engine` and what lies below it.

    batches      some sessions with all their intervals -> one row a session: a plain function, for any engine
    spark        rate() of Spark data frames
    spark_work   what a Spark worker runs
    spark_types  types of Spark and of Arrow
"""
