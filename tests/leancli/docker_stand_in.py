"""A stand-in for Docker's Engine API on a Unix socket: it takes what the LEAN CLI asks, checks it, and lets a function play the container.

What was asked stands in `containers`; what was asked wrongly, or what no Docker would take, in `problems`.
"""

from __future__ import annotations

import json
import re
import shutil
import socketserver
import struct
import tempfile
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

ENGINE_IMAGE, RESEARCH_IMAGE = "quantconnect/lean:latest", "quantconnect/research:latest"
LABELS = {"strict_python_version": "3.11.11", "python_version": "3.11", "target_framework": "net10.0", "lean_version": "17000"}
CREATED = "2026-08-01T00:00:00Z"


@dataclass
class Container:
    """A container as it was asked for. `files` are the single files that were mounted, read when it was made: the CLI deletes them."""

    id: str
    name: str
    payload: dict[str, Any]
    files: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    status: str = "created"
    exit_code: int = 0
    watched: threading.Event = field(default_factory=threading.Event)
    """Somebody reads its log."""
    ended: threading.Event = field(default_factory=threading.Event)
    stopped_by: str = ""
    when_stopped: Callable[[Container], None] | None = None
    """What the container does when it is asked to stop; not when it is killed."""

    @property
    def image(self) -> str:
        return str(self.payload["Image"])

    @property
    def binds(self) -> dict[str, tuple[Path, str]]:
        """Place in the container: folder of the host, and rw or ro."""
        found = {mount["Target"]: (Path(mount["Source"]), "ro" if mount.get("ReadOnly") else "rw")
                 for mount in self.payload["HostConfig"].get("Mounts") or [] if mount["Target"] not in self.files}  # fmt: skip
        for bind in self.payload["HostConfig"].get("Binds") or []:
            source, target, mode = bind.rsplit(":", 2)
            found[target] = (Path(source), mode)
        return found

    @property
    def environment(self) -> dict[str, str]:
        return dict(item.split("=", 1) for item in self.payload.get("Env") or [])

    @property
    def config(self) -> dict[str, Any]:
        """LEAN's configuration in the container."""
        return json.loads(self.files["/Lean/Launcher/bin/Debug/config.json"])  # type: ignore[no-any-return]

    @property
    def script(self) -> str:
        """What the container runs."""
        return self.files["/lean-cli-start.sh"]

    def host(self, place: str) -> Path:
        """The host's path of a place in the container."""
        for target, (source, _) in sorted(self.binds.items(), key=lambda item: -len(item[0])):
            if PurePosixPath(place).is_relative_to(target):
                return source / PurePosixPath(place).relative_to(target)
        raise KeyError(f"{place} is not mounted")


Engine = Callable[[Container], int | None]
"""Plays the container: reads and writes what is mounted, and gives the exit code; None for one that runs until it is stopped."""


class DockerStandIn:
    """Listens while it is a context manager. `address` is for DOCKER_HOST."""

    def __init__(self, engine: Engine, images: tuple[str, ...] = (ENGINE_IMAGE, RESEARCH_IMAGE)) -> None:
        self.engine = engine
        self.images = images
        self.containers: list[Container] = []
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.networks: dict[str, str] = {}
        self.volumes: set[str] = set()
        self._folder = Path(tempfile.mkdtemp(prefix="lyra-docker-"))  # a socket's path must be short
        self.address = f"unix://{self._folder}/docker.sock"

    def __enter__(self) -> DockerStandIn:
        stand_in = self

        class Handler(_Handler):
            docker = stand_in

        self._server = _Server(str(self._folder / "docker.sock"), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def create(self, name: str, payload: dict[str, Any]) -> Container:
        container = Container(uuid.uuid4().hex * 2, name, payload)
        self._check(payload)
        for mount in payload["HostConfig"].get("Mounts") or []:
            if (file := Path(mount["Source"])).is_file():
                container.files[mount["Target"]] = file.read_text(encoding="utf-8")
        self.containers.append(container)
        return container

    def _check(self, payload: dict[str, Any]) -> None:
        host = payload["HostConfig"]
        for bind in host.get("Binds") or []:
            source, target, mode = bind.rsplit(":", 2)
            if source.startswith("/"):
                self._expect(Path(source).is_dir(), f"{source} is bound to {target} but is no folder")
            else:
                self._expect(source in self.volumes, f"{source} is bound to {target} but is no volume")
            self._expect(target.startswith("/") and mode in ("rw", "ro"), f"{bind} is no bind")
        for mount in host.get("Mounts") or []:
            self._expect(mount.get("Type") == "bind" and Path(mount["Source"]).is_absolute() and Path(mount["Source"]).exists(),
                         f"{mount} cannot be mounted")  # fmt: skip
        targets = [bind.rsplit(":", 2)[1] for bind in host.get("Binds") or []] + [mount["Target"] for mount in host.get("Mounts") or []]
        self._expect(len(set(targets)) == len(targets), f"something is mounted twice: {targets}")
        self._expect(host.get("NetworkMode") in self.networks.values(), f"the network {host.get('NetworkMode')} does not exist")
        self._expect(all("=" in item for item in payload.get("Env") or []), f"{payload.get('Env')} is no environment")
        self._expect(payload.get("Entrypoint") == ["bash", "/lean-cli-start.sh"] and "/lean-cli-start.sh" in targets,
                     f"{payload.get('Entrypoint')} is not mounted")  # fmt: skip

    def _expect(self, holds: bool, problem: str) -> None:
        if not holds:
            self.problems.append(problem)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 32

    def get_request(self) -> Any:
        connection, _ = super().get_request()
        return connection, ("unix", 0)


class _Handler(BaseHTTPRequestHandler):
    docker: DockerStandIn

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        with suppress(ConnectionError):  # the CLI leaves without a word
            self._answer()

    do_POST = do_DELETE = do_HEAD = do_GET  # noqa: N815 (names of the base class)

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        path = re.sub(r"^/v\d+\.\d+", "", unquote(parts.path))
        self.query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.body = json.loads(raw) if raw else {}
        self.docker.requests.append(f"{self.command} {path}")
        for method, pattern, answer in _ROUTES:
            if method in (self.command, "*") and (match := re.fullmatch(pattern, path)):
                answer(self, *match.groups())
                return
        self.docker.problems.append(f"not understood: {self.command} {path}")
        self._send({"message": "not understood"}, 501)

    def _send(self, content: Any, code: int = 200) -> None:
        data = b"" if content is None else content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "text/plain" if isinstance(content, bytes) else "application/json")
        self.send_header("Api-Version", "1.43")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if data and self.command != "HEAD":
            self.wfile.write(data)

    # The daemon and its images
    def version(self) -> None:
        self._send({"Version": "28.0.0", "ApiVersion": "1.43", "MinAPIVersion": "1.24", "Os": "linux", "Arch": "amd64"})

    def ping(self) -> None:
        self._send(b"OK")

    def list_images(self) -> None:
        self._send([_image(name) for name in self.docker.images])

    def image(self, name: str) -> None:
        found = next((one for one in self.docker.images if name in (one, _image(one)["Id"])), None)
        self._send({"message": f"No such image: {name}"}, 404) if found is None else self._send(_image(found))

    # Networks and volumes
    def list_networks(self) -> None:
        self._send([{"Id": number, "Name": name, "Driver": "bridge"} for number, name in self.docker.networks.items()])

    def create_network(self) -> None:
        number = uuid.uuid4().hex
        self.docker.networks[number] = self.body["Name"]
        self._send({"Id": number, "Warning": ""}, 201)

    def network(self, number: str) -> None:
        self._send({"Id": number, "Name": self.docker.networks.get(number, number), "Driver": "bridge"})

    def list_volumes(self) -> None:
        self._send({"Volumes": [_volume(name) for name in self.docker.volumes]})

    def create_volume(self) -> None:
        self.docker.volumes.add(self.body["Name"])
        self._send(_volume(self.body["Name"]), 201)

    # Containers
    def list_containers(self) -> None:
        self._send([{"Id": one.id, "Names": [f"/{one.name}"]} for one in self.docker.containers if one.status == "running"])

    def create(self) -> None:
        if self.body["Image"] not in self.docker.images:
            self._send({"message": f"No such image: {self.body['Image']}"}, 404)
            return
        self._send({"Id": self.docker.create(self.query.get("name", "unnamed"), self.body).id, "Warnings": []}, 201)

    def inspect(self, name: str) -> None:
        container = self._container(name)
        if container is not None:
            state = {"Status": container.status, "Running": container.status == "running", "ExitCode": container.exit_code}
            self._send({"Id": container.id, "Name": f"/{container.name}", "Config": container.payload, "HostConfig": container.payload["HostConfig"],
                        "Image": _image(container.image)["Id"], "State": state, "NetworkSettings": {"Ports": {}}})  # fmt: skip

    def start(self, name: str) -> None:
        container = self._container(name)
        if container is not None:
            container.status = "running"
            try:
                code = self.docker.engine(container)
                container.exit_code = code or 0
                if code is not None:
                    container.ended.set()
            except Exception as e:
                self.docker.problems.append(f"the container failed: {type(e).__name__}: {e}")
                container.exit_code = 125
                container.ended.set()
            self._send(None, 204)

    def logs(self, name: str) -> None:
        container = self._container(name)
        if container is not None:
            container.watched.set()
            lines = [line.encode() + b"\n" for line in container.log]
            framed = lines if container.payload["Tty"] else [struct.pack(">BxxxL", 1, len(line)) + line for line in lines]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"".join(framed))
            self.wfile.flush()
            container.ended.wait(60)
            container.status = "exited"

    def wait(self, name: str) -> None:
        container = self._container(name)
        if container is not None:
            container.status = "exited"
            self._send({"StatusCode": container.exit_code})

    def stop(self, name: str, how: str) -> None:
        container = self._container(name)
        if container is not None:
            container.stopped_by = how
            container.exit_code = 137 if how == "kill" else 0
            if how == "stop" and container.when_stopped is not None:
                container.when_stopped(container)
            container.status = "exited"
            container.ended.set()
            self._send(None, 204)

    def remove(self, name: str) -> None:
        if self._container(name) is not None:
            self._send(None, 204)

    def _container(self, name: str) -> Container | None:
        found = next((one for one in self.docker.containers if name in (one.id, one.name)), None)
        if found is None:
            self._send({"message": f"No such container: {name}"}, 404)
        return found


def _image(name: str) -> dict[str, Any]:
    """One that was built here, so that nobody asks a registry about it."""
    number = "sha256:" + uuid.uuid5(uuid.NAMESPACE_URL, name).hex * 2
    return {"Id": number, "RepoTags": [name], "RepoDigests": [], "Config": {"Labels": LABELS}, "Labels": LABELS, "Created": CREATED}


def _volume(name: str) -> dict[str, Any]:
    return {"Name": name, "CreatedAt": CREATED, "Driver": "local", "Mountpoint": f"/var/lib/docker/volumes/{name}"}


_ROUTES: list[tuple[str, str, Callable[..., None]]] = [
    ("GET", r"/version", _Handler.version),
    ("*", r"/_ping", _Handler.ping),
    ("GET", r"/images/json", _Handler.list_images),
    ("GET", r"/images/(.+)/json", _Handler.image),
    ("GET", r"/networks", _Handler.list_networks),
    ("POST", r"/networks/create", _Handler.create_network),
    ("GET", r"/networks/([^/]+)", _Handler.network),
    ("GET", r"/volumes", _Handler.list_volumes),
    ("POST", r"/volumes/create", _Handler.create_volume),
    ("GET", r"/containers/json", _Handler.list_containers),
    ("POST", r"/containers/create", _Handler.create),
    ("GET", r"/containers/([^/]+)/json", _Handler.inspect),
    ("POST", r"/containers/([^/]+)/start", _Handler.start),
    ("GET", r"/containers/([^/]+)/logs", _Handler.logs),
    ("POST", r"/containers/([^/]+)/wait", _Handler.wait),
    ("POST", r"/containers/([^/]+)/(stop|kill)", _Handler.stop),
    ("DELETE", r"/containers/([^/]+)", _Handler.remove),
]
