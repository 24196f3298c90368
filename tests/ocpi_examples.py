"""Tariffs as parties send them, written for these tests: one for each version of OCPI."""

from __future__ import annotations

# A 2.1.1 export: no party, no VAT, a start fee, prices by power, parking by day. Empty lists and nulls mean nothing.
CITY_211 = """
{
  "id": "CITY-AC-22",
  "currency": "EUR",
  "tariff_alt_text": [{"language": "nl", "text": "Stadstarief"}],
  "tariff_alt_url": null,
  "elements": [
    {
      "price_components": [{"type": "FLAT", "price": 0.35, "step_size": 1}],
      "restrictions": {"day_of_week": []}
    },
    {
      "price_components": [{"type": "ENERGY", "price": 0.2500, "step_size": 1}],
      "restrictions": {"max_power": 11.0, "start_date": "2018-01-01", "end_date": "2019-01-01"}
    },
    {
      "price_components": [{"type": "ENERGY", "price": 0.31, "step_size": 100}]
    },
    {
      "price_components": [{"type": "PARKING_TIME", "price": 6.0, "step_size": 300}],
      "restrictions": {
        "start_time": "09:00", "end_time": "18:00",
        "day_of_week": ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]
      }
    }
  ],
  "last_updated": "2017-12-20T08:00:00Z"
}
"""

# A 2.2.1 answer to GET: two rates of VAT, a reservation, tiers, limits, keys of the operator's own.
MOTORWAY_221 = """
{
  "data": [
    {
      "country_code": "DE",
      "party_id": "MWY",
      "id": "hpc-2026",
      "currency": "EUR",
      "type": "AD_HOC_PAYMENT",
      "min_price": {"excl_vat": 1.00, "incl_vat": 1.19},
      "max_price": {"excl_vat": 100.00},
      "elements": [
        {
          "price_components": [
            {"type": "FLAT", "price": 2.50, "vat": 19.0, "step_size": 1},
            {"type": "TIME", "price": 4.8, "vat": 19.0, "step_size": 60}
          ],
          "restrictions": {"reservation": "RESERVATION", "max_duration": 1800}
        },
        {
          "price_components": [{"type": "FLAT", "price": 6, "vat": 7, "step_size": 1}],
          "restrictions": {"reservation": "RESERVATION_EXPIRES"}
        },
        {
          "price_components": [{"type": "ENERGY", "price": 0.59, "vat": 19.0, "step_size": 1}],
          "restrictions": {"max_kwh": 10}
        },
        {
          "price_components": [{"type": "ENERGY", "price": 0.49, "vat": 19.0, "step_size": 1}],
          "restrictions": {"min_kwh": 10, "min_current": 32.5, "start_time": "20:00", "end_time": "00:00"}
        },
        {
          "price_components": [
            {"type": "ENERGY", "price": 0.69, "vat": 19.0, "step_size": 1},
            {"type": "PARKING_TIME", "price": 12.00, "vat": 7.0, "step_size": 60}
          ]
        }
      ],
      "start_date_time": "2026-01-01T00:00:00Z",
      "end_date_time": "2026-07-01T00:00:00Z",
      "energy_mix": {"is_green_energy": true, "supplier_name": "Sonnenstrom"},
      "x_contract": {"discount": 0.0125, "sites": [1, 2]},
      "last_updated": "2025-12-15T12:30:00Z"
    }
  ],
  "status_code": 1000,
  "status_message": "Success",
  "timestamp": "2025-12-16T00:00:01Z"
}
"""

# Two 2.3.0 tariffs of North America, one a line: taxes on top that no rate tells, and prices with taxes in them.
LINES_230 = (
    '{"country_code": "CA", "party_id": "NRD", "id": "12", "currency": "CAD", "tax_included": "NO", '
    '"min_price": {"before_taxes": 0.50}, "elements": [{"price_components": '
    '[{"type": "TIME", "price": 2.00, "step_size": 60}]}], "last_updated": "2025-01-01T00:00:00Z"}\n'
    '{"country_code": "US", "party_id": "WST", "id": "12", "currency": "USD", "tax_included": "YES", '
    '"elements": [{"price_components": [{"type": "ENERGY", "price": 4.8e-1, "vat": 8.875, "step_size": 0}, '
    '{"type": "FLAT", "price": 1}]}], "last_updated": "2025-01-01T00:00:00Z"}\n'
)
