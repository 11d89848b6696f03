"""HTTP/1.1 as the panel needs it: several small requests at once, with little work around them.

httpx's own transport spends 1.5 ms of processor time on a request, and all models of a panel wait for that of each; this one spends half.
h11 speaks the protocol, asyncio carries it. Where the environment names a proxy, httpx's own transport is used. Loaded only when asking.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import zlib
from collections import defaultdict
from collections.abc import AsyncIterator
from urllib.request import getproxies, proxy_bypass

import h11
import httpx

from lyra_ai.council.openrouter import Endpoint, Fault, Secret, redact

CONNECT_SECONDS = 5.0
_PIECE = 65_536
_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks")


def transport_for(endpoint: Endpoint) -> httpx.AsyncBaseTransport:
    """What carries requests to an endpoint: directly, or through the environment's proxy."""
    url = httpx.URL(endpoint.base_url)
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if proxy and not proxy_bypass(url.host):
        return httpx.AsyncHTTPTransport(proxy=proxy)
    return Wire()


async def exchange(transport: httpx.AsyncBaseTransport, request: httpx.Request, largest: int) -> tuple[int, httpx.Headers, bytes]:
    """Status, headers and body of one request. Raises httpx.HTTPError, and Fault for a body that is too large or wrongly packed."""
    response = await transport.handle_async_request(request)
    try:
        return response.status_code, response.headers, await _content(response, largest)
    finally:
        await response.aclose()


class Wire(httpx.AsyncBaseTransport):
    """Connections that are kept and used again, to any number of origins. Redirects are not followed."""

    def __init__(self) -> None:
        self._idle: defaultdict[tuple[str, str, int | None], list[_Connection]] = defaultdict(list)
        self._tls: ssl.SSLContext | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; its response's body is still to be read. Raises httpx.HTTPError."""
        url = request.url
        origin = (url.scheme, url.host, url.port)
        connection = self._kept(origin) or await self._connect(*origin)
        try:
            head = await connection.send(request)
        except BaseException:
            connection.close()
            raise
        return httpx.Response(head.status_code, headers=list(head.headers), stream=_Body(connection, self._idle[origin]))

    def _kept(self, origin: tuple[str, str, int | None]) -> _Connection | None:
        """A connection that is idle and that the other side has not closed."""
        idle = self._idle[origin]
        while idle:
            connection = idle.pop()
            if connection.open:
                return connection
            connection.close()
        return None

    async def _connect(self, scheme: str, host: str, port: int | None) -> _Connection:
        if scheme == "https" and self._tls is None:
            self._tls = httpx.create_ssl_context()
        tls = self._tls if scheme == "https" else None
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                reader, writer = await asyncio.open_connection(host, port or (443 if tls else 80), ssl=tls)
        except TimeoutError as e:
            raise httpx.ConnectTimeout(f"no connection within {CONNECT_SECONDS:g} seconds") from e
        except (OSError, ValueError) as e:
            raise httpx.ConnectError(type(e).__name__) from e
        return _Connection(reader, writer)

    async def aclose(self) -> None:
        """Close what is idle."""
        for idle in self._idle.values():
            while idle:
                idle.pop().close()


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._talk = h11.Connection(h11.CLIENT)

    @property
    def open(self) -> bool:
        """Whether neither side has closed it."""
        return not self._reader.at_eof() and not self._writer.is_closing()

    async def send(self, request: httpx.Request) -> h11.Response:
        """Send a request and wait for the head of its response."""
        body = await request.aread()
        try:
            head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
            pieces = (self._talk.send(head), self._talk.send(h11.Data(data=body)), self._talk.send(h11.EndOfMessage()))
            self._writer.write(b"".join(piece for piece in pieces if piece))
            await self._writer.drain()
        except h11.LocalProtocolError as e:
            raise httpx.LocalProtocolError(str(e)) from e
        except OSError as e:
            raise httpx.WriteError(type(e).__name__) from e
        while True:
            event = await self.next()
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise httpx.RemoteProtocolError("the connection was closed without an answer")

    async def next(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """The next event of the protocol, never `NEED_DATA`."""
        try:
            while (event := self._talk.next_event()) is h11.NEED_DATA:
                self._talk.receive_data(await self._reader.read(_PIECE))
        except h11.RemoteProtocolError as e:
            raise httpx.RemoteProtocolError(str(e)) from e
        except OSError as e:
            raise httpx.ReadError(type(e).__name__) from e
        return event

    def release(self, idle: list[_Connection]) -> None:
        """Keep the connection for another request where this one came to its end, else close it."""
        if self._talk.our_state is h11.DONE and self._talk.their_state is h11.DONE and self.open:
            self._talk.start_next_cycle()
            idle.append(self)
        else:
            self.close()

    def close(self) -> None:
        """Close it, at once."""
        self._writer.close()


class _Body(httpx.AsyncByteStream):
    def __init__(self, connection: _Connection, idle: list[_Connection]) -> None:
        self._connection = connection
        self._idle = idle

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while isinstance(event := await self._connection.next(), h11.Data):
            yield bytes(event.data)

    async def aclose(self) -> None:
        self._connection.release(self._idle)


async def _content(response: httpx.Response, largest: int) -> bytes:
    """The body, unless it is too large to be an answer. It is unpacked here, with a bound: a little that is packed may be a flood."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise Fault("malformed", f"the answer is packed as {encoding[:20]!r}, which was not asked for", retry=True)
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in encoding else None
    pieces: list[bytes] = []
    size = packed = 0
    async for piece in response.aiter_raw():
        packed += len(piece)
        if unpack is not None:
            try:
                piece = unpack.decompress(piece, largest + 1)
            except zlib.error:
                raise Fault("malformed", "the answer cannot be unpacked", retry=True) from None
        size += len(piece)
        if max(size, packed) > largest:
            raise Fault("malformed", f"the answer is larger than {largest:,} bytes")
        pieces.append(piece)
    return b"".join(pieces)


class Muzzle(logging.Filter):
    """Keeps keys out of what the HTTP library logs when it is asked for details: a response's headers may repeat the request's."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: list[Secret] = []

    def on(self) -> None:
        """Listen to the library's loggers."""
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self)

    def off(self) -> None:
        """Leave them."""
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a record pass, without keys."""
        text = record.getMessage()
        for secret in self.secrets:
            text = redact(text, secret)
        record.msg, record.args = text, ()
        return True
