"""Rules of a market, off by default: what a tariff says against them, by the paragraph, and what they do not check.

Comes in: `model.Tariff`s, as for the other rules. Goes out: faults whose codes are in `codes`; each names its source.
May import: what `lint` may.

    profile     what a profile is; `PROFILES` has all of them by name
    reach       which prices a driver without a contract meets at fast chargers, and which at any
    afir        Regulation (EU) 2023/1804, Article 5(4)
    california  California Code of Regulations, title 4, section 4002.11
    eichrecht   Mess- und Eichgesetz, section 33, and PTB-A 50.7

None of it is legal advice: each rule is one reading of its paragraph, written down so that it can be looked at.
"""

from rating.tariff.lint.profiles.afir import AFIR
from rating.tariff.lint.profiles.california import CALIFORNIA
from rating.tariff.lint.profiles.eichrecht import EICHRECHT
from rating.tariff.lint.profiles.profile import Profile

PROFILES: dict[str, Profile] = {each.name: each for each in (AFIR, CALIFORNIA, EICHRECHT)}

__all__ = ["PROFILES", "Profile"]
