"""Baskets of exchange-traded funds by the dates of their inception (`Algorithm.Framework/Selection/*ETFUniverse.cs`)."""

from __future__ import annotations

from datetime import date
from typing import Any

from lyra.engine.enums import SecurityType
from lyra.engine.framework.selection.manual import InceptionDateUniverseSelectionModel
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import Symbol

_ENERGY = """XLE 1998-12-22 IYE 2000-06-16 VDE 2004-09-29 USO 2006-04-10 XES 2006-06-22 XOP 2006-06-22 UNG 2007-04-18 ICLN 2008-06-25
    ERX 2008-11-06 ERY 2008-11-06 SCO 2008-11-25 UCO 2008-11-25 AMJ 2009-06-02 BNO 2010-06-02 AMLP 2010-08-25 OIH 2011-12-21 DGAZ 2012-02-08
    UGAZ 2012-02-08 TAN 2012-02-15"""
_METALS = """GLD 2004-11-18 IAU 2005-01-28 SLV 2006-04-28 GDX 2006-05-22 AGQ 2008-12-04 GDXJ 2009-11-11 PPLT 2010-01-08 NUGT 2010-12-08
    DUST 2010-12-08 USLV 2011-10-17 UGLD 2011-10-17 JNUG 2013-10-03 JDST 2013-10-03"""
_SECTORS = " ".join(f"{ticker} 1998-12-22" for ticker in ("XLB", "XLE", "XLF", "XLI", "XLK", "XLP", "XLU", "XLV", "XLY"))
_TECHNOLOGY = """XLK 1998-12-22 QQQ 1999-03-10 SOXX 2001-07-13 IGV 2001-07-13 VGT 2004-01-30 QTEC 2006-04-25 FDN 2006-06-23 FXL 2007-05-10
    TECL 2008-12-17 TECS 2008-12-17 SOXL 2010-03-11 SOXS 2010-03-11 SKYY 2011-07-06 SMH 2011-12-21 KWEB 2013-08-01 FTEC 2013-10-24"""
_TREASURIES = """IEF 2002-07-26 SHY 2002-07-26 TLT 2002-07-26 IEI 2007-01-11 SHV 2007-01-11 TLH 2007-01-11 EDV 2007-12-10 BIL 2007-05-30
    SPTL 2007-05-30 TBT 2008-05-01 TMF 2009-04-16 TMV 2009-04-16 TBF 2009-08-20 VGSH 2009-11-23 VGIT 2009-11-23 VGLT 2009-11-24
    SCHO 2010-08-06 SCHR 2010-08-06 SPTS 2011-12-01 GOVT 2012-02-24"""
_VOLATILITY = """SQQQ 2010-02-11 TQQQ 2010-02-11 TVIX 2010-11-30 VIXY 2011-01-04 SPLV 2011-05-05 SVXY 2011-10-04 UVXY 2011-10-04
    EEMV 2011-10-20 EFAV 2011-10-20 USMV 2011-10-20"""


class _Basket(InceptionDateUniverseSelectionModel):
    _title = ""
    _dates = ""

    def __init__(self) -> None:
        words = self._dates.split()
        super().__init__(self._title, {ticker: date.fromisoformat(day) for ticker, day in zip(words[::2], words[1::2], strict=True)})


class EnergyETFUniverse(_Basket):
    """Energy funds."""

    _title, _dates = "qc-energy-etf-basket", _ENERGY


class MetalsETFUniverse(_Basket):
    """Funds of precious metals and their miners."""

    _title, _dates = "qc-metals-etf-basket", _METALS


class SP500SectorsETFUniverse(_Basket):
    """The funds of the S&P 500's sectors."""

    _title, _dates = "qc-sp500-sectors-etf-basket", _SECTORS


class TechnologyETFUniverse(_Basket):
    """Technology funds."""

    _title, _dates = "qc-technology-etf-basket", _TECHNOLOGY


class USTreasuriesETFUniverse(_Basket):
    """Funds of US treasuries."""

    _title, _dates = "qc-us-treasuries-etf-basket", _TREASURIES


class VolatilityETFUniverse(_Basket):
    """Funds of volatility."""

    _title, _dates = "qc-volatility-etf-basket", _VOLATILITY


class Grouping(list[Symbol]):
    """A group of funds: the long ones, then the inverse ones."""

    def __init__(self, long: str, inverse: str = "") -> None:
        self.long = [Symbol.create(ticker, SecurityType.EQUITY, "usa") for ticker in long.split()]
        self.inverse = [Symbol.create(ticker, SecurityType.EQUITY, "usa") for ticker in inverse.split()]
        super().__init__([*self.long, *self.inverse])

    @property
    def Long(self) -> list[Symbol]:  # noqa: N802 (.NET's name)
        """The long funds."""
        return self.long

    @property
    def Inverse(self) -> list[Symbol]:  # noqa: N802
        """The inverse funds."""
        return self.inverse

    def __str__(self) -> str:
        if not self:
            return "No Symbols"
        long = f" Long: {','.join(s.value for s in self.long)}" if self.long else ""
        inverse = f" Inverse: {','.join(s.value for s in self.inverse)}" if self.inverse else ""
        return f"{len(self)} symbols:{long}{inverse}"


class _Group:
    """A group that is made when it is read, since symbols belong to a run."""

    def __init__(self, long: str, inverse: str = "") -> None:
        self._tickers = long, inverse

    def __get__(self, instance: Any, owner: Any) -> Grouping:
        return Grouping(*self._tickers)


class LiquidETFUniverse(InceptionDateUniverseSelectionModel, LeanObject):
    """Liquid funds of all groups, each from its first day."""

    energy = _Group("VDE USO XES XOP UNG ICLN ERX UCO AMJ BNO AMLP UGAZ TAN", "ERY SCO DGAZ")
    metals = _Group("GLD IAU SLV GDX AGQ PPLT NUGT USLV UGLD JNUG", "DUST JDST")
    technology = _Group("QQQ IGV QTEC FDN FXL TECL SOXL SKYY KWEB", "TECS SOXS")
    treasuries = _Group("IEF SHY TLT IEI TLH BIL SPTL TMF SCHO SCHR SPTS GOVT", "SHV TBT TBF TMV")
    volatility = _Group("TVIX VIXY SPLV UVXY EEMV EFAV USMV", "SVXY")
    sp_500_sectors = _Group("XLB XLE XLF XLI XLK XLP XLU XLV XLY")
    # LEAN's spellings of static fields.
    ENERGY, METALS, TECHNOLOGY, TREASURIES, VOLATILITY = energy, metals, technology, treasuries, volatility
    SP_500_SECTORS = SP500Sectors = sp_500_sectors

    def __init__(self) -> None:
        groups = (self.sp_500_sectors, self.energy, self.metals, self.technology, self.treasuries, self.volatility)
        super().__init__("qc-liquid-etf-basket", {symbol.value: symbol.id.date for group in groups for symbol in group})
