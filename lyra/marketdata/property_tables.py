"""Trading rules of markets, as facts: price steps, lots and sizes that the exchanges publish (read in 2026).

The tables are short on purpose: the pairs people trade most. A pair that is imported and not listed gets a line of its own
(`properties_file.ensure_listed`).
"""

from __future__ import annotations

# One paragraph for each market, kind and quote currency: groups "price step, lot, least order (- is none), contract size: bases".
CRYPTO_RULES = """
coinbase crypto BTC | 1e-5 1e-8 1e-8 1: ETH; 1e-7 0.001 0.001 1: SOL DOT; 1e-8 1 1 1: XRP XLM ALGO; 1e-8 0.01 0.01 1: ADA LINK; 1e-8
    0.1 0.1 1: DOGE EOS; 1e-6 1e-8 1e-8 1: LTC BCH ETC; 1e-8 0.001 0.001 1: AVAX FIL; 1e-7 0.1 0.1 1: UNI ATOM; 1e-6 0.001 0.001 1:
    AAVE DASH; 1e-6 1e-4 1e-4 1: ZEC
coinbase crypto EUR | 0.01 1e-8 1e-8 1: BTC ETH LTC BCH ETC; 0.01 0.001 0.001 1: SOL AVAX DOT UNI FIL AAVE; 1e-4 1e-6 1e-6 1: XRP;
    1e-4 0.01 0.01 1: ADA; 1e-4 0.1 0.1 1: DOGE EOS; 0.01 0.01 0.01 1: LINK; 0.001 0.001 0.001 1: ATOM; 1e-6 1 1 1: XLM; 1e-4 1 1 1:
    ALGO; 1e-8 1 1 1: SHIB
coinbase crypto USD | 0.01 1e-8 1e-8 1: BTC ETH SOL LTC BCH AVAX ETC; 1e-4 1e-6 1e-6 1: XRP; 1e-4 1e-8 1e-8 1: ADA; 1e-5 0.1 0.1 1:
    DOGE; 0.001 0.01 0.01 1: LINK ATOM; 0.001 1e-8 1e-8 1: DOT; 0.001 1e-6 1e-6 1: UNI; 1e-6 1e-8 1e-8 1: XLM; 0.001 0.001 0.001 1:
    NEAR FIL; 0.01 0.001 0.001 1: AAVE DASH; 1e-4 0.1 0.1 1: ALGO SUI EOS; 1e-8 1 1 1: SHIB; 0.01 1e-5 1e-5 1: ZEC
coinbase crypto USDC | 0.01 1e-8 1e-8 1: BTC ETH SOL LTC BCH AVAX ETC; 1e-4 1e-6 1e-6 1: XRP; 1e-4 1e-8 1e-8 1: ADA; 1e-5 0.1 0.1 1:
    DOGE; 0.001 0.01 0.01 1: LINK ATOM; 0.001 1e-8 1e-8 1: DOT; 0.001 1e-6 1e-6 1: UNI; 1e-6 1e-8 1e-8 1: XLM; 0.001 0.001 0.001 1:
    NEAR FIL; 0.01 0.001 0.001 1: AAVE DASH; 1e-4 0.1 0.1 1: ALGO SUI EOS; 1e-8 1 1 1: SHIB; 0.01 1e-5 1e-5 1: ZEC
coinbase crypto USDT | 0.01 1e-8 1e-8 1: BTC ETH; 0.01 0.001 0.001 1: SOL LINK AVAX DOT; 1e-4 1e-6 1e-6 1: XRP; 1e-4 0.01 0.01 1:
    ADA; 1e-4 0.1 0.1 1: DOGE XLM; 0.001 0.001 0.001 1: ATOM NEAR; 1e-7 1 1 1: SHIB
bitfinex crypto USD | 1e-8 1e-8 4e-5 1: BTC; 1e-8 1e-8 8e-4 1: ETH; 1e-8 1e-8 0.02 1: SOL AAVE XMR; 1e-8 1e-8 4 1: XRP ADA; 1e-8
    1e-8 22 1: DOGE TRX; 1e-8 1e-8 0.04 1: LTC; 1e-8 1e-8 0.2 1: LINK DOT UNI ATOM FIL NEO; 1e-8 1e-8 0.08 1: AVAX; 1e-8 1e-8 14 1:
    XLM; 1e-8 1e-8 0.1 1: ETC; 1e-8 1e-8 0.4 1: NEAR; 1e-8 1e-8 8 1: ALGO; 1e-8 1e-8 2 1: SUI EOS; 1e-8 1e-8 141010 1: SHIB; 1e-8
    1e-8 0.06 1: ZEC DASH
bitfinex crypto USDT | 1e-8 1e-8 4e-5 1: BTC; 1e-8 1e-8 8e-4 1: ETH; 1e-8 1e-8 0.02 1: SOL AAVE XMR; 1e-8 1e-8 4 1: XRP ADA; 1e-8
    1e-8 22 1: DOGE TRX; 1e-8 1e-8 0.04 1: LTC; 1e-8 1e-8 0.2 1: LINK DOT UNI ATOM FIL NEO; 1e-8 1e-8 0.08 1: AVAX; 1e-8 1e-8 14 1:
    XLM; 1e-8 1e-8 0.1 1: ETC; 1e-8 1e-8 0.4 1: NEAR; 1e-5 1e-8 2 1: ALGO; 1e-8 1e-8 2 1: SUI EOS; 1e-8 1e-8 141010 1: SHIB
binance crypto BTC | 1e-5 1e-4 1e-4 1: ETH; 1e-7 0.001 1e-4 1: SOL ZEC DASH; 1e-8 0.1 1e-4 1: XRP ADA NEAR SUI EOS; 1e-8 1 1e-4 1:
    DOGE XLM TRX ALGO; 1e-6 0.001 1e-4 1: LTC BCH BNB AAVE XMR; 1e-7 0.01 1e-4 1: LINK AVAX UNI ATOM ETC; 1e-8 0.01 1e-4 1: DOT FIL
    NEO
binance crypto USDC | 0.01 1e-5 5 1: BTC; 0.01 1e-4 5 1: ETH; 0.01 0.001 5 1: SOL LTC BNB AAVE ZEC DASH; 1e-4 0.1 5 1: XRP ADA TRX
    SUI EOS; 1e-5 1 1 1: DOGE; 0.1 0.001 5 1: BCH; 0.001 0.01 5 1: LINK AVAX DOT UNI ATOM NEO; 1e-4 1 5 1: XLM ALGO; 0.01 0.01 5 1:
    ETC; 0.001 0.1 5 1: NEAR; 1e-4 0.01 5 1: FIL; 1e-8 1 1 1: SHIB
binance crypto USDT | 0.01 1e-5 5 1: BTC; 0.01 1e-4 5 1: ETH; 0.01 0.001 5 1: SOL LTC BNB AAVE ZEC DASH; 1e-4 0.1 5 1: XRP ADA TRX
    SUI EOS; 1e-5 1 1 1: DOGE; 0.1 0.001 5 1: BCH XMR; 0.001 0.01 5 1: LINK AVAX DOT UNI ATOM NEO; 1e-4 1 5 1: XLM ALGO; 0.01 0.01 5
    1: ETC; 0.001 0.1 5 1: NEAR; 1e-4 0.01 5 1: FIL; 1e-8 1 1 1: SHIB
binance crypto EUR | 0.01 1e-5 5 1: BTC; 0.01 1e-4 5 1: ETH; 0.01 0.001 5 1: SOL LTC BNB; 1e-4 0.1 5 1: XRP ADA SUI; 1e-5 1 1 1:
    DOGE; 0.1 0.001 5 1: BCH; 0.001 0.01 5 1: LINK AVAX DOT UNI ATOM; 1e-4 1 5 1: XLM TRX; 0.01 0.01 5 1: ETC; 0.001 0.1 5 1: NEAR
    EOS; 1e-8 1 1 1: SHIB
binance cryptofuture USD | 0.1 1 - 100: BTC; 0.01 1 - 10: ETH SOL LTC BCH AVAX BNB AAVE XMR; 1e-4 1 - 10: XRP ADA ALGO SUI; 1e-5 1 -
    10: DOGE XLM TRX; 0.001 1 - 10: LINK DOT UNI ATOM ETC NEAR FIL EOS
binance cryptofuture USDT | 0.1 0.001 - 1: BTC; 0.01 0.001 - 1: ETH LTC BCH XMR ZEC DASH; 0.01 0.01 - 1: SOL BNB; 1e-4 0.1 - 1: XRP
    DOT FIL SUI; 1e-4 1 - 1: ADA; 1e-5 1 - 1: DOGE XLM TRX; 0.001 0.01 - 1: LINK ATOM ETC NEO; 0.001 1 - 1: AVAX UNI NEAR; 0.01 0.1
    - 1: AAVE; 1e-5 0.1 - 1: ALGO; 0.001 0.1 - 1: EOS
kraken crypto EUR | 0.1 1e-8 5e-5 1: BTC; 0.01 1e-8 0.002 1: ETH; 0.01 1e-8 0.02 1: SOL; 1e-5 1e-8 2 1: XRP; 1e-6 1e-8 4.4 1: ADA;
    0.01 1e-8 0.05 1: LTC; 0.01 1e-8 0.01 1: BCH; 1e-5 1e-8 0.2 1: LINK; 0.01 1e-8 0.1 1: AVAX; 1e-4 1e-8 0.6 1: DOT; 0.001 1e-8 0.3
    1: UNI ETC; 1e-4 1e-8 0.5 1: ATOM; 1e-6 1e-8 20 1: XLM; 1e-6 1e-8 19 1: TRX; 0.01 1e-5 0.008 1: BNB; 0.001 1e-8 0.7 1: NEAR FIL;
    0.01 1e-8 0.015 1: AAVE XMR; 1e-5 1e-8 10 1: ALGO; 1e-4 1e-5 0.9 1: SUI; 1e-8 1e-5 160000 1: SHIB; 0.001 1e-8 0.1 1: ZEC; 0.001
    1e-8 0.09 1: DASH; 1e-4 1e-8 5 1: EOS
kraken crypto USD | 0.1 1e-8 5e-5 1: BTC; 0.01 1e-8 0.002 1: ETH; 0.01 1e-8 0.02 1: SOL; 1e-5 1e-8 2 1: XRP; 1e-6 1e-8 4.4 1: ADA;
    0.01 1e-8 0.05 1: LTC; 0.01 1e-8 0.01 1: BCH; 1e-5 1e-8 0.2 1: LINK; 0.01 1e-8 0.1 1: AVAX ZEC; 1e-4 1e-8 0.6 1: DOT; 0.001 1e-8
    0.3 1: UNI ETC; 1e-4 1e-8 0.5 1: ATOM; 1e-6 1e-8 20 1: XLM; 1e-6 1e-8 19 1: TRX; 0.01 1e-5 0.008 1: BNB; 0.001 1e-8 0.7 1: NEAR
    FIL; 0.01 1e-8 0.015 1: AAVE XMR; 1e-5 1e-8 10 1: ALGO; 1e-4 1e-5 0.9 1: SUI; 1e-8 1e-5 160000 1: SHIB; 0.001 1e-8 0.09 1: DASH;
    1e-4 1e-8 5 1: EOS
kraken crypto USDT | 0.1 1e-8 5e-5 1: BTC; 0.01 1e-8 0.002 1: ETH; 0.01 1e-8 0.02 1: SOL; 1e-5 1e-8 2 1: XRP; 1e-6 1e-8 4.4 1: ADA;
    1e-5 1e-8 0.05 1: LTC; 0.01 1e-8 0.01 1: BCH; 1e-5 1e-8 0.2 1: LINK; 0.01 1e-8 0.1 1: AVAX; 1e-4 1e-8 0.6 1: DOT; 1e-4 1e-8 0.5
    1: ATOM; 0.01 1e-5 0.008 1: BNB; 1e-5 1e-8 10 1: ALGO; 1e-8 1e-5 160000 1: SHIB; 0.01 1e-8 0.015 1: XMR; 1e-4 1e-8 5 1: EOS
binanceus crypto USD | 0.01 1e-5 1 1: BTC DASH; 0.01 1e-4 1 1: ETH; 0.01 0.001 1 1: SOL LTC BNB AAVE ZEC; 1e-4 0.1 1 1: XRP TRX SUI;
    1e-5 0.1 1 1: ADA; 1e-5 1 1 1: DOGE XLM ALGO; 0.1 0.001 1 1: BCH; 0.001 0.01 1 1: LINK AVAX DOT UNI ATOM; 0.01 0.01 1 1: ETC;
    0.001 0.1 1 1: NEAR; 1e-4 0.01 1 1: FIL EOS; 1e-8 1 1 1: SHIB; 0.001 0.001 1 1: NEO
binanceus crypto USDT | 0.01 1e-5 1 1: BTC; 0.01 1e-4 1 1: ETH; 0.01 0.001 1 1: SOL LTC BNB AAVE ZEC DASH; 1e-4 0.1 1 1: XRP TRX SUI
    EOS; 1e-5 0.1 1 1: ADA; 1e-5 1 1 1: DOGE XLM ALGO; 0.1 0.001 1 1: BCH; 0.001 0.01 1 1: LINK AVAX DOT UNI ATOM; 0.01 0.01 1 1:
    ETC NEO; 0.001 0.1 1 1: NEAR; 1e-4 0.01 1 1: FIL; 1e-8 1 1 1: SHIB
bybit crypto USDC | 0.1 1e-6 1.1e-5 1: BTC; 0.01 1e-5 2.9e-4 1: ETH; 0.01 0.001 0.006 1: SOL; 1e-4 0.01 0.44 1: XRP; 1e-4 0.01 1.07
    1: ADA; 1e-5 0.1 3 1: DOGE; 0.01 1e-5 0.00925 1: LTC; 0.1 0.001 0.003 1: BCH; 0.01 0.001 0.04 1: LINK; 0.01 0.001 0.06 1: AVAX;
    0.001 0.001 0.133 1: DOT; 0.001 0.01 0.16 1: UNI; 0.001 0.01 0.15 1: ATOM; 1e-4 0.1 2.5 1: XLM; 1e-4 0.01 3.91 1: TRX; 0.1 1e-4
    0.0019 1: BNB; 0.001 0.1 0.2 1: NEAR; 0.001 0.01 0.19 1: FIL; 1e-4 0.001 0.001 1: AAVE; 1e-4 0.01 0.22 1: SUI; 1e-8 0.1 85911 1:
    SHIB; 1e-4 0.01 1.15 1: EOS
bybit crypto USDT | 0.1 1e-6 1.1e-5 1: BTC; 0.01 1e-5 2.9e-4 1: ETH; 0.01 0.001 0.006 1: SOL; 1e-4 0.01 0.44 1: XRP; 1e-4 0.01 1.07
    1: ADA; 1e-5 0.1 3 1: DOGE; 0.01 1e-5 0.00923 1: LTC; 0.1 0.001 0.003 1: BCH; 0.01 0.001 0.04 1: LINK; 0.01 0.001 0.06 1: AVAX;
    0.001 0.001 0.133 1: DOT; 0.001 0.001 0.16 1: UNI; 0.001 0.001 0.142 1: ATOM; 1e-4 0.1 2.5 1: XLM; 0.01 0.01 0.04 1: ETC; 1e-4
    0.01 3.91 1: TRX; 0.1 1e-4 0.0019 1: BNB; 0.001 0.01 0.4 1: NEAR; 0.001 0.01 0.19 1: FIL; 0.01 0.001 0.003 1: AAVE; 1e-4 0.01
    2.53 1: ALGO; 1e-4 0.01 0.22 1: SUI; 1e-8 0.1 85837 1: SHIB; 0.001 0.01 0.01 1: ZEC; 1e-4 0.01 1.15 1: EOS
bybit cryptofuture USD | 0.1 1 1 1: BTC; 0.01 1 1 1: ETH SOL LTC BCH AAVE; 1e-4 1 1 1: XRP ADA NEAR SUI EOS; 1e-5 1 1 1: DOGE XLM;
    0.001 1 1 1: LINK AVAX DOT UNI ETC FIL
bybit cryptofuture USDT | 0.1 0.001 0.001 1: BTC; 0.01 0.01 0.01 1: ETH AAVE XMR ZEC DASH; 0.01 0.1 0.1 1: SOL LTC; 1e-4 1 1 1: XRP
    ADA; 1e-5 1 1 1: DOGE XLM TRX; 0.1 0.01 0.01 1: BCH BNB; 0.001 0.1 0.1 1: LINK AVAX UNI ATOM ETC NEAR FIL; 1e-4 0.1 0.1 1: DOT
    ALGO EOS; 1e-4 10 10 1: SUI; 0.001 0.01 0.01 1: NEO
"""

# OANDA quotes these pairs to a tenth of a pip.
FOREX_PAIRS = """
AUDCAD AUDCHF AUDHKD AUDJPY AUDNZD AUDSGD AUDUSD CADCHF CADHKD CADJPY CADSGD CHFHKD CHFJPY CHFZAR EURAUD EURCAD EURCHF EURCZK
EURDKK EURGBP EURHKD EURHUF EURJPY EURNOK EURNZD EURPLN EURSEK EURSGD EURTRY EURUSD EURZAR GBPAUD GBPCAD GBPCHF GBPHKD GBPJPY
GBPNZD GBPPLN GBPSGD GBPUSD GBPZAR HKDJPY NZDCAD NZDCHF NZDHKD NZDJPY NZDSGD NZDUSD SGDCHF SGDJPY TRYJPY USDCAD USDCHF USDCNH
USDCZK USDDKK USDHKD USDHUF USDJPY USDMXN USDNOK USDPLN USDSEK USDSGD USDTHB USDTRY USDZAR ZARJPY
"""
MAJOR_PAIRS = """
AUDCAD AUDCHF AUDJPY AUDNZD AUDUSD CADCHF CADJPY CHFJPY EURAUD EURCAD EURCHF EURGBP EURJPY EURNZD EURUSD GBPAUD GBPCAD GBPCHF
GBPJPY GBPNZD GBPUSD NZDCAD NZDCHF NZDJPY NZDUSD USDCAD USDCHF USDJPY
"""
COARSE_QUOTES = ("JPY", "HUF", "THB")
"""Currencies of small value: pairs in them have two digits fewer."""

# ticker, description, quote currency, price step, lot
CFDS = (
    ("XAUUSD", "Gold", "USD", "0.001", "1"), ("XAGUSD", "Silver", "USD", "0.00001", "1"), ("XPTUSD", "Platinum", "USD", "0.001", "1"),
    ("XPDUSD", "Palladium", "USD", "0.001", "1"), ("BCOUSD", "Brent Crude Oil", "USD", "0.001", "1"),
    ("WTICOUSD", "West Texas Oil", "USD", "0.001", "1"), ("NATGASUSD", "Natural Gas", "USD", "0.001", "1"),
    ("SPX500USD", "US SPX 500", "USD", "0.1", "0.1"), ("NAS100USD", "US Nas 100", "USD", "0.1", "0.1"),
    ("US30USD", "US Wall St 30", "USD", "0.1", "0.1"), ("US2000USD", "US Russ 2000", "USD", "0.001", "0.1"),
    ("DE30EUR", "Germany 30", "EUR", "0.1", "0.1"), ("UK100GBP", "UK 100", "GBP", "0.1", "0.1"),
    ("FR40EUR", "France 40", "EUR", "0.1", "0.1"), ("EU50EUR", "Europe 50", "EUR", "0.1", "0.1"),
    ("JP225USD", "Japan 225", "USD", "0.1", "0.1"), ("HK33HKD", "Hong Kong 33", "HKD", "0.1", "0.1"),
    ("AU200AUD", "Australia 200", "AUD", "0.1", "0.1"),
)  # fmt: skip
