"""Make the reference files of a data folder: market hours, symbol properties and interest rates, in LEAN's formats, from facts.

    python -m lyra.marketdata.hours_and_properties data

The files are committed; run this after changing the tables here, in `holidays` or in `property_tables`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from lyra.marketdata.files import write_atomic
from lyra.marketdata.holidays import Holidays, forex, new_york
from lyra.marketdata.property_tables import CFDS, COARSE_QUOTES, CRYPTO_RULES, FOREX_PAIRS, MAJOR_PAIRS

HOURS_FILE = Path("market-hours") / "market-hours-database.json"
PROPERTIES_FILE = Path("symbol-properties") / "symbol-properties-database.csv"
RATES_FILE = Path("alternative") / "interest-rate" / "usa" / "interest-rate.csv"

FIRST_YEAR, LAST_YEAR = 1998, 2035
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_NEW_YORK, _CHICAGO = "America/New_York", "America/Chicago"
_MIDNIGHT = "1.00:00:00"

CRYPTO_MARKETS = ("coinbase", "binance", "binanceus", "bitfinex", "bitstamp", "bybit", "kraken", "okcoin")
CRYPTO_FUTURE_MARKETS = ("binance", "bybit", "dydx")

# The Federal Reserve's primary credit rate (percent) from the day it changed: H.15 and the Board's press releases.
PRIMARY_CREDIT_RATE = (
    ("2003-01-09", "2.25"), ("2003-06-26", "2.00"), ("2004-06-30", "2.25"), ("2004-08-10", "2.50"), ("2004-09-21", "2.75"),
    ("2004-11-10", "3.00"), ("2004-12-14", "3.25"), ("2005-02-02", "3.50"), ("2005-03-22", "3.75"), ("2005-05-03", "4.00"),
    ("2005-06-30", "4.25"), ("2005-08-09", "4.50"), ("2005-09-20", "4.75"), ("2005-11-01", "5.00"), ("2005-12-13", "5.25"),
    ("2006-01-31", "5.50"), ("2006-03-28", "5.75"), ("2006-05-10", "6.00"), ("2006-06-29", "6.25"), ("2007-08-17", "5.75"),
    ("2007-09-18", "5.25"), ("2007-10-31", "5.00"), ("2007-12-11", "4.75"), ("2008-01-22", "4.00"), ("2008-01-30", "3.50"),
    ("2008-03-17", "3.25"), ("2008-03-18", "2.50"), ("2008-04-30", "2.25"), ("2008-10-08", "1.75"), ("2008-10-29", "1.25"),
    ("2008-12-16", "0.50"), ("2010-02-19", "0.75"), ("2015-12-17", "1.00"), ("2016-12-15", "1.25"), ("2017-03-16", "1.50"),
    ("2017-06-15", "1.75"), ("2017-12-14", "2.00"), ("2018-03-22", "2.25"), ("2018-06-14", "2.50"), ("2018-09-27", "2.75"),
    ("2018-12-20", "3.00"), ("2019-08-01", "2.75"), ("2019-09-19", "2.50"), ("2019-10-31", "2.25"), ("2020-03-04", "1.75"),
    ("2020-03-16", "0.25"), ("2022-03-17", "0.50"), ("2022-05-05", "1.00"), ("2022-06-16", "1.75"), ("2022-07-28", "2.50"),
    ("2022-09-22", "3.25"), ("2022-11-03", "4.00"), ("2022-12-15", "4.50"), ("2023-02-02", "4.75"), ("2023-03-23", "5.00"),
    ("2023-05-04", "5.25"), ("2023-07-27", "5.50"), ("2024-09-19", "5.00"), ("2024-11-08", "4.75"), ("2024-12-19", "4.50"),
    ("2025-09-18", "4.25"), ("2025-10-30", "4.00"),
)  # fmt: skip


# market hours --------------------------------------------------------------------------------------
def market_hours_text() -> str:
    """The market hours database."""
    entries = dict(_hours_entries())
    return json.dumps({"entries": entries}, indent=1) + "\n"


def _hours_entries() -> Iterator[tuple[str, dict[str, Any]]]:
    stocks = new_york(FIRST_YEAR, LAST_YEAR)
    weekdays = _DAYS[1:6]
    equity = {day: ["04:00:00-09:30:00 premarket", "09:30:00-16:00:00", "16:00:00-20:00:00 postmarket"] for day in weekdays}
    yield "Equity-usa-[*]", _entry(_NEW_YORK, _NEW_YORK, equity, stocks)
    yield "Option-usa-[*]", _entry(_NEW_YORK, _NEW_YORK, {day: ["09:30:00-16:00:00"] for day in weekdays})
    # Cboe closes early when New York does, which is 12:00 in Chicago.
    chicago = Holidays(stocks.closed, dict.fromkeys(stocks.early, "12:00:00"))
    index = {day: ["08:30:00-15:15:00"] for day in weekdays}
    for market in ("usa", "cboe"):
        yield f"Index-{market}-[*]", _entry(_CHICAGO, _CHICAGO, index, chicago)
    yield "Index-usa-NDX", _entry(_CHICAGO, _NEW_YORK, {day: ["09:30:00-16:00:00"] for day in weekdays}, Holidays(early=stocks.early))
    yield "Index-usa-RUT", _entry(_CHICAGO, _CHICAGO, {day: ["08:30:00-15:00:00"] for day in weekdays})
    yield "IndexOption-usa-[*]", _entry(_NEW_YORK, _CHICAGO, index)
    yield from _forex_entries()
    for market in CRYPTO_MARKETS:
        yield f"Crypto-{market}-[*]", _entry("UTC", "UTC", _around_the_clock())
    for market in CRYPTO_FUTURE_MARKETS:
        yield f"CryptoFuture-{market}-[*]", _entry("UTC", "UTC", _around_the_clock())
    yield "Base-empty-[*]", _entry("UTC", "UTC", _around_the_clock())


def _forex_entries() -> Iterator[tuple[str, dict[str, Any]]]:
    closings = forex(2005, LAST_YEAR)
    # OANDA pauses around 17:00 for its daily roll-over; the minutes are those for which its quotes are missing.
    yield "Forex-oanda-[*]", _entry("UTC", _NEW_YORK, _with_pause("16:58:00", "17:03:00"), closings)
    yield "Forex-fxcm-[*]", _entry("Etc/GMT+5", _NEW_YORK, _sunday_to_friday("17:00:00"), closings)
    yield "Forex-interactivebrokers-[*]", _entry("UTC", _NEW_YORK, _sunday_to_friday("17:00:00"))
    yield "Cfd-oanda-[*]", _entry("UTC", _NEW_YORK, _sunday_to_friday("17:00:00"), closings)
    for metal in ("XAUUSD", "XAGUSD"):
        yield f"Cfd-oanda-{metal}", _entry("UTC", _NEW_YORK, _with_pause("16:58:00", "18:03:00"))
    yield "Cfd-fxcm-[*]", _entry("Etc/GMT+5", _NEW_YORK, _sunday_to_friday("17:00:00"), closings)


def _around_the_clock() -> dict[str, list[str]]:
    return {day: [f"00:00:00-{_MIDNIGHT}"] for day in _DAYS}


def _sunday_to_friday(hour: str) -> dict[str, list[str]]:
    week = {day: [f"00:00:00-{_MIDNIGHT}"] for day in _DAYS[1:5]}
    return {"sunday": [f"{hour}-{_MIDNIGHT}"], **week, "friday": [f"00:00:00-{hour}"]}


def _with_pause(stop: str, start: str) -> dict[str, list[str]]:
    week = {day: [f"00:00:00-{stop}", f"{start}-{_MIDNIGHT}"] for day in _DAYS[1:5]}
    return {"sunday": [f"{start}-{_MIDNIGHT}"], **week, "friday": [f"00:00:00-{stop}"]}


def _entry(data_zone: str, exchange_zone: str, week: dict[str, list[str]], holidays: Holidays | None = None) -> dict[str, Any]:
    result: dict[str, Any] = {"dataTimeZone": data_zone, "exchangeTimeZone": exchange_zone}
    result.update({day: [_segment(text) for text in week.get(day, ())] for day in _DAYS})
    known = holidays or Holidays()
    result["holidays"] = [_date(day) for day in sorted(known.closed)]
    result["earlyCloses"] = {_date(day): known.early[day] for day in sorted(known.early)}
    result["lateOpens"] = {_date(day): known.late[day] for day in sorted(known.late)}
    return result


def _segment(text: str) -> dict[str, str]:
    span, _, state = text.partition(" ")
    start, _, end = span.partition("-")
    return {"start": start, "end": end, "state": state or "market"}


def _date(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"


# symbol properties ---------------------------------------------------------------------------------
PROPERTIES_HEADER = (
    "market,symbol,type,description,quote_currency,contract_multiplier,minimum_price_variation,lot_size,market_ticker,"
    "minimum_order_size,price_magnifier,strike_multiplier"
)


def symbol_properties_text() -> str:
    """The symbol properties database."""
    return "\n".join([PROPERTIES_HEADER, "", *_properties_lines()]) + "\n"


def _properties_lines() -> Iterator[str]:
    yield "usa,[*],equity,,USD,1,0.01,1"
    yield "usa,[*],option,,USD,100,0.01,1"
    yield "usa,[*],index,,USD,1,0.01,1"
    yield "usa,[*],indexoption,,USD,100,0.05,1"
    yield "cboe,[*],index,,USD,1,0.01,1"
    for market, pairs, lot in (("oanda", FOREX_PAIRS, "1"), ("fxcm", MAJOR_PAIRS, "1000")):
        for pair in pairs.split():
            step = "0.001" if pair[3:] in COARSE_QUOTES and pair != "HKDJPY" else "0.00001"
            yield f"{market},{pair},forex,{pair[:3]}/{pair[3:]},{pair[3:]},1,{step},{lot}"
    for ticker, words, quote, step, lot in CFDS:
        yield f"oanda,{ticker},cfd,{words},{quote},1,{step},{lot}"
    for paragraph in CRYPTO_RULES.strip().replace("\n    ", " ").splitlines():
        yield from _pairs(paragraph)


def _pairs(paragraph: str) -> Iterator[str]:
    names, _, body = paragraph.partition(" | ")
    market, kind, quote = names.split()
    for group in body.split(";"):
        rules, _, bases = group.partition(":")
        step, lot, least, size = ("" if text == "-" else format(Decimal(text), "f") for text in rules.split())
        for base in bases.split():
            ticker = exchange_ticker(market, kind, base, quote)
            words = f"{base}-{quote}" if market == "coinbase" else base + quote
            yield f"{market},{base}{quote},{kind},{words},{quote},{size},{step},{lot},{ticker},{least}".rstrip(",")


_KRAKEN_OLD = ("ETC", "ETH", "LTC", "XLM", "XMR", "XRP", "ZEC")
_BITFINEX_SHORT = {"ALGO": "ALG", "ATOM": "ATO", "DASH": "DSH", "USDT": "UST"}


def exchange_ticker(market: str, kind: str, base: str, quote: str) -> str:
    """What an exchange itself calls a pair: `BTC-USD`, `XXBTZUSD`, `tBTCUST`, `BTCUSD_PERP`."""
    if market == "coinbase":
        return f"{base}-{quote}"
    if market == "kraken":
        coin = {"BTC": "XBT", "DOGE": "XDG"}.get(base, base)
        return f"X{coin}Z{quote}" if quote in ("USD", "EUR") and (base == "BTC" or base in _KRAKEN_OLD) else f"{coin}{quote}"
    if market == "bitfinex":
        first, second = _BITFINEX_SHORT.get(base, base), _BITFINEX_SHORT.get(quote, quote)
        return f"t{first}:{second}" if len(first) > 3 else f"t{first}{second}"
    return f"{base}{quote}_PERP" if (market, kind, quote) == ("binance", "cryptofuture", "USD") else f"{base}{quote}"


# interest rates ------------------------------------------------------------------------------------
def interest_rate_text() -> str:
    """The risk-free rate: the Federal Reserve's primary credit rate in percent, one line for each change."""
    return "\n".join(["DATE,PCREDIT8", *(f"{day},{rate}" for day, rate in PRIMARY_CREDIT_RATE)]) + "\n"


def write_reference_files(data_folder: Path) -> list[Path]:
    """Write all three files into a data folder; the paths. Raises OSError."""
    texts = {HOURS_FILE: market_hours_text(), PROPERTIES_FILE: symbol_properties_text(), RATES_FILE: interest_rate_text()}
    for name, text in texts.items():
        write_atomic(data_folder / name, text.encode())
    return [data_folder / name for name in texts]


if __name__ == "__main__":
    for written in write_reference_files(Path(sys.argv[1] if len(sys.argv) > 1 else "data")):
        print(written)
