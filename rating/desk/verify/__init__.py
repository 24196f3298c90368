"""Is a CDR priced right? What it prints beside what its tariff makes of its charging periods.

session   the CDR as the twin prices it, and what it lacks for that
pricing   its cost, in the right way and in others; steps has the ways of counting steps
compare   number by number
periods   each charging period
causes    why costs differ, as far as that is known
verdict   what is found, as values; words tells it
verify    all of it in order
"""

from rating.desk.verify.judge import verify, verify_each
from rating.desk.verify.verdict import Cause, PeriodCheck, TotalCheck, Verdict

__all__ = ["Cause", "PeriodCheck", "TotalCheck", "Verdict", "verify", "verify_each"]
