"""LEAN's stub of fundamentals is read from a clone."""

from __future__ import annotations

from pathlib import Path

from lyra.engine.symbols import RunSymbols, SecurityIdentifier, Symbol
from lyra.parity.fundamentals import SOURCE, read_stub

TEXT = """
public class TestFundamentalDataProvider
{
        private readonly Dictionary<string, double> _ratio = new()
        {
            { "AAA R735QTJ8XC9X", 1.5d },
            { "BBB R735QTJ8XC9X", -2.25d },
        };

        private readonly Dictionary<string, long> _cap = new()
        {
            { "AAA R735QTJ8XC9X", 72866646492 },
        };

        private dynamic Get(DateTime time, SecurityIdentifier securityIdentifier, string name)
        {
            switch (name)
            {
                case nameof(CoarseFundamental.HasFundamentalData):
                    return true;
                case "CompanyProfile_MarketCap":
                    if (_cap.TryGetValue(securityIdentifier.ToString(), out var cap))
                    {
                        return cap;
                    }
                    return 0L;
                case "CompanyProfile_HeadquarterCity":
                    if (securityIdentifier.Symbol == "BBB")
                    {
                        return "Springfield";
                    }
                    return string.Empty;
                case "ValuationRatios_PERatio":
                    if (_ratio.TryGetValue(securityIdentifier.ToString(), out var ratio))
                    {
                        return ratio;
                    }
                    return 0d;
            }
            return null;
        }
}
"""


def test_values_and_what_other_stocks_have(tmp_path: Path) -> None:
    assert read_stub(tmp_path) is None
    file = tmp_path / SOURCE
    file.parent.mkdir(parents=True)
    file.write_text(TEXT)
    stub = read_stub(tmp_path)
    assert stub is not None
    with RunSymbols(tmp_path).active():
        seen = {}
        for ticker in ("AAA", "BBB", "CCC"):
            symbol = Symbol(SecurityIdentifier.parse(f"{ticker} R735QTJ8XC9X"), ticker)
            assert stub.has_fundamental_data(0, symbol)
            seen[ticker] = [
                stub.value(0, symbol, f)
                for f in ("valuation_ratios.pe_ratio", "company_profile.market_cap", "company_profile.headquarter_city")
            ]
        assert seen == {"AAA": [1.5, 72866646492, ""], "BBB": [-2.25, 0, "Springfield"], "CCC": [0.0, 0, ""]}
        assert stub.value(0, symbol, "asset_classification.stock_type") == 0
