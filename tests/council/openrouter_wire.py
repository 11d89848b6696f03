"""The wire of the stub: HTTP/1.1 over real sockets, framing of bodies and streams, and what can go wrong with both.

Written by hand below the parsing of requests, since a fault needs the exact bytes: a half body, a reset, a byte at a time.
"""

from __future__ import annotations

import json
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from openrouter_replies import STATUSES, Reply


@dataclass(frozen=True)
class Received:
    """One request as it arrived. Header names are in lower case; `body` is parsed where it is JSON; `time` is `time.monotonic()`."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: Any
    time: float


@dataclass(frozen=True)
class Response:
    """An HTTP response before it meets the wire; `events` are the parts of a stream, `lead` how many come before the latency."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    events: Sequence[bytes] = ()
    lead: int = 0


class Closing(Exception):
    """The stub is being closed while a handler waits."""


class Service(Protocol):
    """What stands behind the wire."""

    failures: list[BaseException]

    def respond(self, received: Received) -> tuple[Response, Reply]: ...

    def note_request(self, received: Received) -> None: ...

    def note_done(self) -> None: ...

    def wait(self, seconds: float | None) -> None: ...


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, stub: Service) -> None:
        self.stub = stub
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def cut(self) -> None:
        with self._open_lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error; anything else has been noted by the handler."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server
    stale = False
    """The connection is kept but dead: its next request is swallowed, as when a server closes while a request is under way."""

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: what arrived is in `stub.requests`."""

    def _serve(self) -> None:
        stub = self.server.stub
        raw = self._read_body()
        if self.stale:
            self.close_connection = True
            return
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        stub.note_request(
            received := Received(self.command, parts.path, dict(parse_qsl(parts.query)), headers, _parsed(raw), time.monotonic())
        )
        try:
            try:
                response, reply = stub.respond(received)
            except Exception as error:
                stub.failures.append(error)
                self._send(Response(500, b'{"error": {"code": 500, "message": "Internal Server Error"}}'), Reply())
                return
            self._send(response, reply)
        except (Closing, OSError):
            self.close_connection = True
        finally:
            stub.note_done()

    def _read_body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        raw = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            raw += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return raw

    def _send(self, response: Response, reply: Reply) -> None:
        stub = self.server.stub
        parts = _framed(response)
        if response.lead and reply.wire is None:
            self.wfile.write(b"".join(parts[: 1 + response.lead]))
            parts = parts[1 + response.lead :]
        stub.wait(reply.latency)
        whole = b"".join(parts)
        if reply.wire in WIRES:
            WIRES[reply.wire](self, whole, reply)
            return
        for part in parts if response.events else [whole]:
            self.wfile.write(part)
        self.stale = reply.wire == "stale_connection"

    def _never(self, whole: bytes, reply: Reply) -> None:
        self.server.stub.wait(None)

    def _reset(self, whole: bytes, reply: Reply) -> None:
        """A zero linger makes the kernel send a reset in place of an orderly end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()

    def _reset_mid_body(self, whole: bytes, reply: Reply) -> None:
        self.wfile.write(_half(whole))
        self.server.stub.wait(0.02)  # A reset discards what the client hasn't read yet: let it read the half.
        self._reset(whole, reply)

    def _close(self, whole: bytes, reply: Reply) -> None:
        self.close_connection = True

    def _close_mid_body(self, whole: bytes, reply: Reply) -> None:
        self.wfile.write(_half(whole))
        self.close_connection = True

    def _slow_loris(self, whole: bytes, reply: Reply) -> None:
        start = whole.index(b"\r\n\r\n") + 4
        self.wfile.write(whole[:start])
        for position in range(start, len(whole)):
            self.server.stub.wait(reply.byte_pause)
            self.wfile.write(whole[position : position + 1])

    def _not_http(self, whole: bytes, reply: Reply) -> None:
        self.wfile.write(b"SSH-2.0-OpenSSH_9.2p1\r\n")
        self.close_connection = True


WIRES: Mapping[str | None, Callable[[_Handler, bytes, Reply], None]] = {
    "never": _Handler._never,
    "reset_before": _Handler._reset,
    "reset_mid_body": _Handler._reset_mid_body,
    "close_before": _Handler._close,
    "close_mid_body": _Handler._close_mid_body,
    "slow_loris": _Handler._slow_loris,
    "not_http": _Handler._not_http,
}
"""What is done with a response's bytes in place of sending them; faults of the wire that aren't here send them whole."""


def _parsed(raw: bytes) -> Any:
    """The JSON of a request; what isn't JSON (NaN too) stays bytes, and is then a request with problems."""

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is no JSON")

    try:
        return json.loads(raw, parse_constant=refuse) if raw else None
    except (ValueError, RecursionError):
        return raw


def _half(whole: bytes) -> bytes:
    start = whole.index(b"\r\n\r\n") + 4
    return whole[: start + (len(whole) - start) // 2]


def _framed(response: Response) -> list[bytes]:
    """The bytes of a response: head and body, or head, chunks and the last chunk of a stream."""
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = "Unknown"
    headers = {"Content-Type": "application/json", "Date": formatdate(usegmt=True), "Server": "openrouter-stub"} | dict(response.headers)
    if response.events:
        headers |= {"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "Transfer-Encoding": "chunked"}
    else:
        headers["Content-Length"] = str(len(response.body))
    lines = [f"HTTP/1.1 {response.status} {phrase}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    head = "\r\n".join(lines).encode("latin-1")
    if not response.events:
        return [head, response.body]
    return [head, *(b"%x\r\n%s\r\n" % (len(event), event) for event in response.events), b"0\r\n\r\n"]


def encoded(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def events_of(completion: Mapping[str, Any], reply: Reply) -> tuple[list[bytes], list[bytes]]:
    """A completion as server-sent events: comments that keep the connection alive, then chunks, usage and the end."""
    comments = [b": OPENROUTER PROCESSING\n\n"] * reply.sse_comments
    shared = {name: completion.get(name) for name in ("id", "created", "model", "provider")} | {"object": "chat.completion.chunk"}

    def chunk(**more: Any) -> bytes:
        return b"data: " + encoded(shared | more) + b"\n\n"

    def delta(finish: str | None = None, **fields: Any) -> dict[str, Any]:
        return {"choices": [{"index": 0, "delta": fields, "finish_reason": finish, "native_finish_reason": finish, "logprobs": None}]}

    failed = completion.get("error")
    choices = completion.get("choices") or [{"message": {"content": ""}, "finish_reason": "error"}]
    message, finish = choices[0]["message"], choices[0]["finish_reason"]
    failed = failed or choices[0].get("error")
    said = message["content"] or ""
    pieces = [said[start : start + 24] for start in range(0, min(len(said), 2400), 24)] + ([said[2400:]] if len(said) > 2400 else [])
    if reply.mid_stream_error is not None:
        error_type, words = STATUSES[reply.mid_stream_error]
        failed = {"code": reply.mid_stream_error, "message": words, "metadata": {"error_type": error_type}}
        pieces = pieces[: len(pieces) // 2]
    events = [chunk(**delta(role="assistant", content=""))]
    events += [chunk(**delta(reasoning=message["reasoning"]))] if message.get("reasoning") else []
    events += [chunk(**delta(content=piece)) for piece in pieces]
    calls = [{"index": index, **call} for index, call in enumerate(message.get("tool_calls", ()))]
    events += [chunk(**delta(tool_calls=calls))] if calls else []
    if failed:
        return comments, [*events, chunk(error=failed, **delta("error", content=""))]
    events.append(chunk(**delta(finish, content="", **({"refusal": message["refusal"]} if message.get("refusal") else {}))))
    if "usage" in completion:
        events.append(chunk(choices=[], usage=completion["usage"]))
    return comments, events if reply.stream_without_done else [*events, b"data: [DONE]\n\n"]
