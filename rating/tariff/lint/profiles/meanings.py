"""What each finding of a profile says: for the README, and for what asks a checker for its rules."""

from __future__ import annotations

from typing import Final

from rating.tariff.lint.profiles.profile import ProfileCode

PROFILE_MEANINGS: Final[dict[ProfileCode, str]] = {
    ProfileCode.AFIR_PER_KWH: "an ad hoc driver pays at 50 kW and above, but nothing per kWh",
    ProfileCode.AFIR_TIME: "an ad hoc price of charging time at 50 kW and above; after a `min_duration` it is an "
    "occupancy fee",
    ProfileCode.AFIR_SESSION: "an ad hoc price per session at 50 kW and above",
    ProfileCode.AFIR_MINIMUM: "the least of a session, or of its energy, at 50 kW and above",
    ProfileCode.AFIR_PER_MINUTE: "an ad hoc price that is not of one kWh or of one minute, or in steps of more minutes",
    ProfileCode.AFIR_NOT_KNOWN: "an ad hoc price that nobody can know before the start: by an index, by the power or "
    "current that a vehicle draws, or of a version that changes at once",
    ProfileCode.CALIFORNIA_PER_KWH: "charging time, or a session, is sold while energy has no price",
    ProfileCode.CALIFORNIA_UNIT: "a price of energy that is not of one kWh",
    ProfileCode.CALIFORNIA_STEP: "energy is billed in steps of more than a Wh",
    ProfileCode.EICHRECHT_WINDOW: "a price of energy begins or ends within a quarter of an hour",
    ProfileCode.EICHRECHT_INDEX: "so does a price of an index",
    ProfileCode.EICHRECHT_DURATION: "a price of energy changes after a time since the session's start",
    ProfileCode.EICHRECHT_VERSION: "a version begins within a quarter of an hour, for sessions that go on (`on_change: "
    "at_once`)",
}
