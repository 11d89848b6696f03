"""`Extensions`: the static helpers of LEAN that algorithms call (`Common/Extensions.cs`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lyra.engine.decimals import normalize, round_significant, smart_round, to_decimal, to_float
from lyra.engine.enums import Resolution, SecurityType, TickType
from lyra.engine.naming import LeanObject
from lyra.engine.times import to_datetime, to_us, zone


class Extensions(LeanObject):
    """Functions on numbers, times and data."""

    @staticmethod
    def round_to_significant_digits(d: Any, digits: int) -> float:
        """A number rounded to a count of significant digits."""
        return to_float(round_significant(to_decimal(d), digits))

    @staticmethod
    def smart_rounding(input: Any) -> float:
        """LEAN's rounding for display: 4 decimals above 1000, otherwise 7 significant digits."""
        return to_float(smart_round(to_decimal(input)))

    @staticmethod
    def normalize(input: Any) -> float:
        """A number without trailing zeros."""
        return to_float(normalize(to_decimal(input)))

    @staticmethod
    def tick_type_to_lower(tick_type: Any) -> str:
        """`trade`, `quote` or `openinterest`."""
        return TickType(tick_type).lean_name.lower()

    @staticmethod
    def resolution_to_lower(resolution: Any) -> str:
        """`minute`, `daily` …"""
        return Resolution(resolution).lean_name.lower()

    @staticmethod
    def security_type_to_lower(security_type: Any) -> str:
        """`equity`, `cryptofuture` …"""
        return SecurityType(security_type).lean_name.lower()

    @staticmethod
    def convert_from_utc(time: datetime, to: Any) -> datetime:
        """A UTC time in a zone."""
        return to_datetime(zone(to).to_local(to_us(time)))

    @staticmethod
    def convert_to_utc(time: datetime, from_: Any) -> datetime:
        """A zone's wall time in UTC."""
        return to_datetime(zone(from_).to_utc(to_us(time)))

    @staticmethod
    def convert_to(time: datetime, from_: Any, to: Any) -> datetime:
        """A zone's wall time in another zone."""
        return to_datetime(zone(to).to_local(zone(from_).to_utc(to_us(time))))
