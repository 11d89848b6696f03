"""A process that spends at an endpoint until it is killed or has no budget left: `spender.py URL LEDGER CAP SEED`."""

from __future__ import annotations

import sys
from pathlib import Path

from council_setting import council, view

from lyra_ai.council import Budget, Mode, Model


def main(url: str, ledger: str, cap: str, seed: str) -> None:
    members = [Model(f"stub/{name}") for name in ("a", "b", "c")]
    folder = Path(ledger).parent
    with council(url, folder, members, ledger=Path(ledger), budget=Budget(run=float(cap)), run="killed", mode=Mode.LIVE, cassette=None,
                 journal=None) as table:  # fmt: skip
        print("ready", flush=True)
        for number in range(1_000):
            if all(vote.why.startswith("budget") for vote in table.decide(view(int(seed) * 1_000 + number)).votes):
                break


if __name__ == "__main__":
    main(*sys.argv[1:])
