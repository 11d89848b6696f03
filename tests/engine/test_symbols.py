"""Symbols and identifiers: texts, equality, hash, order, the run's tickers; checked against what the real engine printed."""

from __future__ import annotations

import copy
import gzip
import json
import pickle
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyra.engine.corporate.map_files import MapFileProvider
from lyra.engine.enums import OptionRight, OptionStyle, SecurityType
from lyra.engine.symbols import Market, RunSymbols, SecurityIdentifier, Symbol, SymbolCache, current_run

SHARED = Path(__file__).parents[3] / "shared"
MAP_FILES = {
    "spy.csv": "19980102,spy,P\n20501231,spy,P\n",
    "goog.csv": "20140327,goocv,Q\n20140402,goocv,Q\n20501231,goog,Q\n",
    "googl.csv": "20040819,goog,Q\n20140402,goog,Q\n20501231,googl,Q\n",
}


@pytest.fixture
def run(tmp_path: Path) -> Iterator[RunSymbols]:
    folder = tmp_path / "equity" / "usa" / "map_files"
    folder.mkdir(parents=True)
    for name, text in MAP_FILES.items():
        (folder / name).write_text(text)
    with RunSymbols(tmp_path, MapFileProvider(tmp_path)).active() as active:
        yield active


def equity(ticker: str) -> Symbol:
    return Symbol.create(ticker, SecurityType.EQUITY, Market.USA)


@pytest.mark.parametrize(
    ("ticker", "kind", "market", "text"),
    [
        ("EURUSD", SecurityType.FOREX, "oanda", "EURUSD 8G"),
        ("BTCUSD", SecurityType.CRYPTO, "coinbase", "BTCUSD 2XR"),
        ("SPX", SecurityType.INDEX, "usa", "SPX 31"),
        ("XAUUSD", SecurityType.CFD, "oanda", "XAUUSD 8I"),
        ("ADAUSDT", SecurityType.CRYPTO_FUTURE, "binance", "ADAUSDT 18R"),
        ("ES", SecurityType.FUTURE, "cme", "ES 1S1"),
        ("spy", SecurityType.EQUITY, "usa", "SPY R735QTJ8XC9X"),
        ("META", SecurityType.EQUITY, "usa", "META 2T"),
        ("GOOG", SecurityType.EQUITY, "usa", "GOOCV VP83T1ZUHROL"),
        ("GOOGL", SecurityType.EQUITY, "usa", "GOOG T1AZ164W5VTX"),
    ],
)
def test_identifier_texts_are_leans(run: RunSymbols, ticker: str, kind: SecurityType, market: str, text: str) -> None:
    symbol = Symbol.create(ticker, kind, market)
    assert str(symbol.id) == text
    assert SecurityIdentifier.parse(text) == symbol.id
    assert symbol.value == ("/ES" if kind == SecurityType.FUTURE else ticker.upper())


def test_option_and_future_contracts(run: RunSymbols) -> None:
    option = Symbol.create_option(equity("SPY"), Market.USA, OptionStyle.AMERICAN, OptionRight.CALL, 192.5, datetime(2014, 6, 21))
    assert (option.value, str(option.id)) == ("SPY   140621C00192500", "SPY VRKS9CAQBOCM|SPY R735QTJ8XC9X")
    assert (option.id.strike_price, option.id.date, option.id.option_right) == (192.5, datetime(2014, 6, 21), OptionRight.CALL)
    assert option.canonical.value == "?SPY"
    assert str(option.canonical.id) == "SPY 2U|SPY R735QTJ8XC9X"
    assert option.canonical == Symbol.create_canonical_option(equity("SPY"))
    assert option.has_underlying_symbol(equity("SPY")) and not equity("SPY").has_underlying_symbol(option)
    future = Symbol.create_future("ES", Market.CME, datetime(2013, 12, 20))
    assert (future.value, str(future.id), str(future.canonical.id)) == ("ES20Z13", "ES VMKLFZIH2MTD", "ES 1S1")
    assert not future.is_canonical() and future.canonical.is_canonical()


def test_a_put_parsed_from_text_keeps_right_and_strike(run: RunSymbols) -> None:
    put = Symbol.create_option(equity("SPY"), Market.USA, OptionStyle.EUROPEAN, OptionRight.PUT, 0.5, datetime(2030, 1, 18))
    again = SecurityIdentifier.parse(str(put.id))
    assert (again.option_right, again.option_style, again.strike_price) == (OptionRight.PUT, OptionStyle.EUROPEAN, 0.5)
    assert Symbol(again, "x").value == put.value == "SPY   300118P00000500"


def test_equality_with_text_follows_the_runs_tickers(run: RunSymbols) -> None:
    spy, other = equity("SPY"), equity("IBM")
    assert str(spy) == "SPY R735QTJ8XC9X"
    assert spy != "SPY"
    SymbolCache.set("SPY", spy)
    assert spy == "SPY" and spy == "spy" and spy == str(spy.id) and spy == spy.id
    assert spy != "IBM" and spy != 5 and spy is not None and spy != other
    assert str(spy) == str(Symbol(spy.id, "Other")) == "SPY"
    assert {spy: 1}[equity("spy")] == 1
    assert "SPY" not in {spy: 1}
    assert "SPY" in [spy]
    assert len({spy, equity("SPY"), other}) == 2


def test_order_is_by_ticker_whatever_the_case(run: RunSymbols) -> None:
    spy, ibm = equity("SPY"), equity("IBM")
    assert sorted([spy, ibm])[0] is ibm
    assert spy > ibm and spy <= equity("spy") and spy < "SPZ" and spy > "aaa"
    with pytest.raises(ValueError, match="Object must be of type Symbol or string"):
        _ = spy < 3


def test_runs_do_not_see_each_other(run: RunSymbols) -> None:
    spy = equity("SPY")
    SymbolCache.set("SPY", spy)
    with RunSymbols().active():
        assert str(spy) == "SPY R735QTJ8XC9X"
        Market.add("mars", 999)
    assert str(spy) == "SPY"
    assert Market.encode("mars") is None


def test_custom_data_are_found_by_the_ticker_alone(run: RunSymbols) -> None:
    class Bitcoin:
        pass

    symbol = Symbol.create("btc", SecurityType.BASE, Market.USA, base_data_type=Bitcoin)
    assert symbol.id.symbol == "BTC.Bitcoin"
    assert SymbolCache.try_get_symbol("BTC")[0] is False
    SymbolCache.set("BTC.Bitcoin", symbol)
    assert SymbolCache.get_symbol("btc") is symbol
    assert current_run().data_types["Bitcoin"] is Bitcoin


@pytest.mark.parametrize(
    ("attempt", "error", "text"),
    [
        (lambda: Symbol.create("SPY", SecurityType.EQUITY, "nowhere"), ValueError, "The specified market wasn't found.*Requested: nowhere"),
        (lambda: SecurityIdentifier.parse("nonsense here"), ValueError, "do not match with a valid SecurityType"),
        (lambda: SecurityIdentifier.parse("nonsense"), ValueError, "splittable on space into two parts"),
        (lambda: SymbolCache.get_symbol("NOPE"), RuntimeError, "We were unable to locate the ticker 'NOPE'."),
        (lambda: equity("SPY").canonical, RuntimeError, "Canonical is only defined"),
        (lambda: equity("SPY").id.strike_price, RuntimeError, "StrikePrice is only defined"),
        (lambda: equity("SPY").id.underlying, RuntimeError, "No underlying specified"),
        (lambda: f"{equity('SPY'):>6}", TypeError, "unsupported format string passed to Symbol.__format__"),
        (lambda: "x" + equity("SPY"), TypeError, "can only concatenate str"),  # type: ignore[operator]
        (lambda: setattr(equity("SPY"), "value", "X"), TypeError, "read-only"),
        (lambda: Market.add("usa", 5), ValueError, "already added market"),
        (lambda: Market.add("mars", 16), ValueError, "already in use. New Market: mars Existing Market: binance"),
    ],
)
def test_refusals_name_the_reason(run: RunSymbols, attempt: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        attempt()


def test_empty_symbol() -> None:
    assert (str(Symbol.EMPTY), str(Symbol.EMPTY.id), Symbol.EMPTY.value) == (" 0", " 0", "")
    assert Symbol.EMPTY != Symbol.NONE and bool(Symbol.EMPTY)


def test_copies_are_the_symbol_itself(run: RunSymbols) -> None:
    option = Symbol.create_option("SPY", Market.USA, OptionStyle.AMERICAN, OptionRight.PUT, 100, datetime(2020, 1, 17))
    assert copy.deepcopy(option) is option
    assert pickle.loads(pickle.dumps(option)) == option


def test_a_mapped_option_bears_the_new_ticker(run: RunSymbols) -> None:
    option = Symbol.create_option("GOOG", Market.USA, OptionStyle.AMERICAN, OptionRight.CALL, 750, datetime(2016, 1, 15))
    mapped = option.update_mapped_symbol("ABC")
    assert mapped.value == "ABC   160115C00750000"
    assert mapped == option and mapped.underlying is not None and mapped.underlying.value == "ABC"


@given(
    st.dates(datetime(1990, 1, 1).date(), datetime(2060, 1, 1).date()),
    st.integers(1, 475_000),
    st.integers(-4, 3),
    st.sampled_from([OptionRight.CALL, OptionRight.PUT]),
    st.sampled_from([OptionStyle.AMERICAN, OptionStyle.EUROPEAN]),
)
def test_an_option_identifier_survives_its_text(day: Any, digits: int, power: int, right: OptionRight, style: OptionStyle) -> None:
    below = SecurityIdentifier.generate_equity(datetime(1998, 1, 2), "SPY", "usa")
    strike = round(digits * 10.0**power, 6)
    sid = SecurityIdentifier.generate_option(datetime(day.year, day.month, day.day), below, "usa", strike, right, style)
    with RunSymbols().active():
        again = SecurityIdentifier.parse(str(sid))
    assert (again, hash(again)) == (sid, hash(sid))
    assert (again.strike_price, again.option_right, again.option_style, again.date) == (strike, right, style, sid.date)


def _symbols(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("id"), str) and isinstance(value.get("value"), str):
            yield value
        for part in value.values():
            yield from _symbols(part)
    elif isinstance(value, list):
        for part in value:
            yield from _symbols(part)


@pytest.mark.skipif(not (SHARED / "lean-golden").is_dir(), reason="the records of the real engine are not at ../shared")
def test_identifiers_in_the_records_read_back() -> None:
    seen: dict[str, str] = {}
    for path in (
        sorted((SHARED / "lean-golden").glob("*Option*.json.gz"))[:25] + sorted((SHARED / "lean-golden").glob("*Futur*.json.gz"))[:15]
    ):
        seen |= {row["id"]: row["value"] for row in _symbols(json.loads(gzip.decompress(path.read_bytes())).get("orders"))}
    assert len(seen) > 20
    for text in seen:
        assert str(SecurityIdentifier.parse(text)) == text
