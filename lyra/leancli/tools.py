"""What the LEAN CLI needs: itself, and Docker where it looks for it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

from lyra.engine.errors import LyraError

TESTED = "1.0.230"
"""The version of the CLI whose behaviour the tests hold."""
DEFAULT_SOCKET = "/var/run/docker.sock"
_SECONDS = 10
_START_SECONDS = 60
_BROKERAGES = ("lib/python3*/site-packages/lean/modules-*.json", "Lib/site-packages/lean/modules-*.json")
"""The list of brokerages, in the environment that holds the CLI. Without one the CLI ends with a traceback."""


class LeanError(LyraError):
    """The LEAN CLI, or what it needs, is not there or has failed."""


def find_lean() -> Path | None:
    """The `lean` beside this Python, else the one on the path; None where there is none."""
    beside = shutil.which("lean", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("lean")
    return Path(found) if found else None


def lean_needed() -> Path:
    """The CLI. Raises LeanError where it is not installed, or does not start."""
    lean = find_lean()
    if lean is None:
        raise LeanError(f"The LEAN CLI is not installed: pip install lean (tested with {TESTED}).")
    trouble = lean_trouble(lean)
    if trouble is not None:
        raise LeanError(trouble)
    return lean


def lean_trouble(lean: Path) -> str | None:
    """Why the CLI does not start, in one sentence; None where it does. It is tried only where its list of brokerages is not seen."""
    environment = lean.resolve().parent.parent
    if any(any(environment.glob(pattern)) for pattern in _BROKERAGES):
        return None
    try:
        done = subprocess.run([lean, "--version"], capture_output=True, text=True, errors="replace", timeout=_START_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as e:
        return f"{lean} could not be started: {getattr(e, 'strerror', None) or 'it does not answer'}."
    if "Modules json not found" in done.stderr:
        return "The LEAN CLI wants a list of brokerages from cdn.quantconnect.com and cannot get it: connect to the internet once."
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines() or ["it does not say why"]
        return f"{lean} does not start: {said[-1].strip()}"
    return None


def docker_needed() -> None:
    """Raises LeanError, with what to do about it, where Docker does not answer at the place where the LEAN CLI looks for it."""
    trouble = docker_trouble()
    if trouble is not None:
        raise LeanError(trouble)


def docker_trouble() -> str | None:
    """What keeps the LEAN CLI from Docker, and the remedy, in one sentence; None where Docker answers.

    The CLI asks the address in DOCKER_HOST, else the default one; it knows nothing of Docker's contexts.
    """
    address = os.environ.get("DOCKER_HOST") or ("npipe://" if os.name == "nt" else f"unix://{DEFAULT_SOCKET}")
    scheme, _, place = address.partition("://")
    if scheme == "unix":
        return _socket_trouble(place)
    if scheme in ("tcp", "http", "https"):
        return _address_trouble(address)
    return _command_trouble()


class _SocketConnection(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_SECONDS)
        self.sock.connect(self._path)


def _socket_trouble(path: str) -> str | None:
    try:
        if _ping(_SocketConnection(path)).status < 500:
            return None
    except PermissionError:
        return f"Docker is there, but you may not use {path}: add yourself to the group docker, log in again, and try once more."
    except (FileNotFoundError, ConnectionRefusedError):
        if shutil.which("docker") is None:
            return "Docker is not installed, and LEAN itself runs only in it: see https://docs.docker.com/get-docker, or use the embedded engine."
        return f"Docker does not run, or not at {path}: start it, or set DOCKER_HOST to where it listens (`docker context inspect` tells)."
    except (OSError, HTTPException):
        pass
    return f"What listens at {path} does not answer as Docker does: start Docker anew."


def _address_trouble(address: str) -> str | None:
    parts = urlsplit(address)
    host, port = parts.hostname or "localhost", parts.port or 2375
    try:
        # Behind TLS it is enough to know that something listens: only the CLI has the certificates.
        if os.environ.get("DOCKER_TLS_VERIFY") or parts.scheme == "https":
            socket.create_connection((host, port), _SECONDS).close()
            return None
        if _ping(HTTPConnection(host, port, timeout=_SECONDS)).status < 500:
            return None
    except (OSError, HTTPException):
        pass
    return f"Docker does not answer at {host}:{port}, where DOCKER_HOST points: start it, or correct DOCKER_HOST."


def _ping(connection: HTTPConnection) -> HTTPResponse:
    try:
        connection.request("GET", "/_ping")
        return connection.getresponse()
    finally:
        connection.close()


def _command_trouble() -> str | None:
    """By Docker's own command, where the address is one that only it can reach."""
    if shutil.which("docker") is None:
        return (
            "Docker is not installed, and LEAN itself runs only in it: see https://docs.docker.com/get-docker, or use the embedded engine."
        )
    try:
        done = subprocess.run(["docker", "version", "--format", "{{.Server.Version}}"], capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "Docker does not answer: start it and try again."
    return None if done.returncode == 0 else "Docker is installed, but its service cannot be reached: start it and try again."
