"""What a decision of a council costs: replayed, and live above its slowest model. Run as a process of its own; prints JSON.

The models are a server in another process that answers after a fixed time, so that what is measured is the council and not the server.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import numpy as np

from lyra_ai.council import Budget, Council, Endpoint, MarketView, Mode, Model, Price, Secret, experts

LATENCY = 0.05
"""Seconds in which the server answers."""
MODELS = 3
LIVE, REPLAYED = 60, 2_000
_DAY = timedelta(days=1)
_BALLOT = json.dumps({"reasons": ["up"], "probability": 0.6, "abstain": False})
_MESSAGE = {"role": "assistant", "content": _BALLOT}
_USAGE = {"prompt_tokens": 500, "completion_tokens": 20, "total_tokens": 520, "cost": 0.0001}
_CHOICES = [{"index": 0, "finish_reason": "stop", "message": _MESSAGE}]
_COMPLETION = {"id": "gen-1", "object": "chat.completion", "created": 1, "model": "m", "choices": _CHOICES, "usage": _USAGE}
_ANSWER = json.dumps(_COMPLETION).encode()


async def _serve() -> None:
    """Answer every request after `LATENCY`; the port is the first line of output."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                began = time.perf_counter()
                length = int(head.split(b"content-length:")[1].split(b"\r\n")[0]) if b"content-length:" in head else 0
                await reader.readexactly(length)
                await asyncio.sleep(LATENCY)
                # A sleep ends late: what it really took is told, so that it does not count as the council's.
                body = json.dumps({**_COMPLETION, "took": time.perf_counter() - began}).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                await writer.drain()
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def views(count: int, bars: int = 60) -> list[MarketView]:
    """Daily views of a random walk, one after the other."""
    rng = np.random.default_rng(1)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, count + bars)))
    table = np.column_stack([close, close * 1.01, close * 0.99, close, rng.uniform(1, 9, count + bars)])
    return [
        MarketView(symbol="BTCUSD", as_of=datetime(2020, 1, 1) + i * _DAY, bar=_DAY, horizon=_DAY, bars=table[i : i + bars])
        for i in range(count)
    ]


def measure() -> dict[str, float]:
    """Milliseconds above the latency, and decisions a second."""
    with tempfile.TemporaryDirectory(prefix="lyra-bench-") as scratch:
        folder = Path(scratch)
        server = subprocess.Popen([sys.executable, "-m", __spec__.name, "serve"], stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None  # It was asked for.
            endpoint = Endpoint(base_url=f"http://127.0.0.1:{int(server.stdout.readline())}/v1", key=Secret("sk-bench"))
            overhead = _live(folder, endpoint)
        finally:
            server.kill()
            server.wait()
        return {"overhead_ms": overhead, "replayed": _replay(folder, endpoint), "experts": _experts()}


def _council(folder: Path, endpoint: Endpoint, mode: Mode) -> Council:
    price = Price.parse({"prompt": "0.0000001", "completion": "0.0000004"})
    return Council([Model(f"m/{k}", price=price) for k in range(MODELS)], endpoint=endpoint, budget=Budget(run=1_000), ledger=folder / "ledger.sqlite",
                   cassette=folder / "cassette.jsonl", mode=mode, journal=folder / f"{mode.value}.jsonl")  # fmt: skip


def _live(folder: Path, endpoint: Endpoint) -> float:
    council = _council(folder, endpoint, Mode.AUTO)
    above = []
    for view in views(LIVE):
        began = time.perf_counter()
        council.decide(view)
        spent = time.perf_counter() - began
        answers = (council.panel.cassette.get(seat.key(seat.question(view)[0])) for seat in council.seats)
        above.append(spent - max(answer.reply["took"] for answer in answers if answer is not None and answer.reply is not None))
    council.close()
    return float(1_000 * statistics.median(above))


class _Instant(httpx.AsyncBaseTransport):
    """A network within the process, that answers at once: what is recorded here is only to be replayed."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "application/json"}, stream=httpx.ByteStream(_ANSWER))


def _replay(folder: Path, endpoint: Endpoint) -> float:
    """Decisions a CPU second of a council that has just loaded its cassette, each question put and answered once."""
    recording = _council(folder, endpoint, Mode.RECORD)
    recording.panel._transports[endpoint.base_url] = _Instant()
    for view in views(REPLAYED):
        recording.decide(view)
    recording.close()
    council = _council(folder, endpoint, Mode.REPLAY)
    council.panel.misses_fail = True
    asked = views(REPLAYED)
    began = time.process_time()
    for view in asked:
        council.decide(view)
    return REPLAYED / (time.process_time() - began)


def _experts() -> float:
    council = Council(experts(), mode=Mode.OFF)
    asked = views(500)
    began = time.process_time()
    for view in asked:
        council.decide(view)
    return len(asked) / (time.process_time() - began)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        asyncio.run(_serve())
    else:
        print(json.dumps(measure()))
