"""The hash of a tariff tells what can move an amount, and nothing else; it is worked out once."""

from __future__ import annotations

import pickle
from dataclasses import replace

from rating.errors import Place
from rating.tariff.load import parse_tariff
from rating.tariff.model import Price, canonical

TEXT = """
tariff: one
currency: EUR
time_zone: Europe/Paris
versions:
  - elements:
      - {name: night, energy: 0.30/kWh, when: {start_time: 22:00, end_time: 06:00, day_of_week: [sat, sun]}}
      - {name: day, energy: 0.45/kWh, flat: 0.50/session}
"""


def test_equal_tariffs_have_one_hash_wherever_they_stand() -> None:
    one, other = parse_tariff(TEXT), parse_tariff("# further down\n\n" + TEXT)
    assert one.place != other.place
    assert one == other
    assert hash(one) == hash(other)
    assert one.hash == other.hash == replace(one, place=Place("elsewhere")).hash
    assert len(one.hash) == 16


def test_what_moves_an_amount_moves_the_hash() -> None:
    one = parse_tariff(TEXT)
    before = one.hash
    dearer = parse_tariff(TEXT.replace("0.45", "0.46"))
    changed = replace(one, versions=dearer.versions)
    assert before == one.hash
    assert changed.hash == dearer.hash != before
    assert replace(changed, versions=one.versions).hash == before
    assert pickle.loads(pickle.dumps(one)).hash == before


def test_the_text_that_is_hashed_sorts_sets_and_leaves_out_places() -> None:
    assert canonical(Price(390_000, "kWh")) == "Price(amount_micro=390000,unit='kWh',count=1)"
    assert canonical((frozenset({5, 6}), None, True, "a")) == "({5,6},None,True,'a')"
    assert "place" not in canonical(parse_tariff(TEXT))
    assert "_digest" not in canonical(parse_tariff(TEXT))
