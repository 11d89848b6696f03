"""`lyra data …` from the outside."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("typer")

from typer.testing import CliRunner

from lyra.cli.data import app

CSV = "date,open,high,low,close,volume\n2020-01-01 00:00,10,11,9,10,1\n2020-01-01 01:00,10,8,9,10,1\n2020-01-01 02:00,10,11,9,10,1\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "BTC_USDT-1h.csv").write_text(CSV)
    return tmp_path


def lyra(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, result.output
    return result.output


def test_from_reference_files_to_a_checked_folder(here: Path) -> None:
    assert "market-hours-database.json" in lyra("reference")
    assert "There is no market data in data" in lyra("list")
    told = lyra("import", "BTC_USDT-1h.csv", "--market", "binance")
    assert "2 bars as crypto/binance/btcusdt/hour/trade, 2020-01-01 to 2020-01-01, 1 row left out" in told
    assert "BTC_USDT-1h.csv:3: high 8 is below low 9" in told
    assert "Made up 31 bars as crypto/coinbase/ethusd/daily/trade in 1 file." in lyra(
        "generate", "ETHUSD", "--market", "coinbase", "--from", "2020-01-01", "--to", "2020-01-31"
    )
    listed = lyra("list").splitlines()
    assert len(listed) == 2 and "made up" in listed[1] and "made up" not in listed[0]
    assert "Nothing is wrong." in lyra("check")


def test_a_finding_ends_with_one(here: Path) -> None:
    path = here / "data/crypto/coinbase/hour/btcusd_trade.zip"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"broken")
    assert "the zip cannot be read" in lyra("check", code=1)
    assert "the zip cannot be read" in lyra("check", str(path), code=1)
    assert "is not in the data folder" in lyra("check", str(here / "BTC_USDT-1h.csv"), code=2)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--type", "bond"], "'bond' is no kind of security"),
        (["--resolution", "weekly"], "'weekly' is no resolution"),
        (["--column", "close"], "A column is given as name=name"),
        (["--time-zone", "Mars/Base"], "'Mars/Base' is not a time zone"),
        (["--expiry", "soon"], "Invalid isoformat string"),
    ],
)
def test_wrong_options_are_told_in_a_sentence(here: Path, words: list[str], text: str) -> None:
    code = 1 if "--time-zone" in words else 2
    assert text in lyra("import", "BTC_USDT-1h.csv", "--market", "binance", *words, code=code)
