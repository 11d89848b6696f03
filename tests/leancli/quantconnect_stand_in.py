"""A stand-in for QuantConnect's API, as far as pushing a project goes: it keeps what it is sent."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

PORT = 5612
"""Where the LEAN CLI looks for the API when QC_API is `local`."""
USER, TOKEN, ORGANIZATION = "123456", "a" * 64, "0123456789abcdef0123456789abcdef"


@dataclass
class CloudProject:
    """A project as the cloud has it."""

    id: int
    name: str
    organization: str
    files: dict[str, str] = field(default_factory=dict)
    libraries: list[int] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    description: str = ""


class QuantConnect:
    """Listens while it is a context manager. Raises OSError where its port is taken."""

    def __init__(self) -> None:
        self.projects: dict[int, CloudProject] = {}
        self.requests: list[tuple[str, str]] = []
        self.problems: list[str] = []
        self.refuses = False

    def __enter__(self) -> QuantConnect:
        stand_in = self

        class Handler(_Handler):
            cloud = stand_in

        self._server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def project(self, name: str) -> CloudProject:
        return next(project for project in self.projects.values() if project.name == name)

    def answer(self, endpoint: str, fields: dict[str, str]) -> dict[str, Any]:
        if self.refuses:
            return {"success": False, "errors": ["Files count limit exceeded"]}
        if endpoint == "projects/create":
            project = CloudProject(10_000_000 + len(self.projects), fields["name"], fields.get("organizationId", ""))
            if fields["language"] != "Py":
                self.problems.append(f"the language is {fields['language']}")
            self.projects[project.id] = project
            return {"projects": [_shown(project)], "success": True}
        known = self.projects.get(int(fields.get("projectId", 0)))
        if known is None:
            return {"projects": [], "success": False, "errors": ["Project not found"]}
        if endpoint == "projects/update":
            self._update(known, fields)
            return {"success": True}
        if endpoint == "projects/read":
            return {"projects": [_shown(known)], "success": True}
        self.problems.append(f"not understood: {endpoint}")
        return {"success": False, "errors": ["not understood"]}

    def _update(self, project: CloudProject, fields: dict[str, str]) -> None:
        names = {key[:-6]: value for key, value in fields.items() if key.startswith("files[") and key.endswith("[name]")}
        project.files = {name: fields[f"{key}[content]"] for key, name in names.items()}
        project.libraries = [int(value) for key, value in fields.items() if key.startswith("libraries[") and value]
        keys = {key[:-5]: value for key, value in fields.items() if key.startswith("parameters[") and key.endswith("[key]")}
        if keys:  # the CLI sends them only when they are others
            project.parameters = {name: fields[f"{key}[value]"] for key, name in keys.items()}
        project.description = fields.get("description", project.description)
        if missing := [number for number in project.libraries if number not in self.projects]:
            self.problems.append(f"{project.name} uses libraries that are not there: {missing}")


def _shown(project: CloudProject) -> dict[str, Any]:
    time = "2026-08-01 00:00:00"
    parameters = [{"key": key, "value": value} for key, value in project.parameters.items()]
    libraries = [{"projectId": number, "libraryName": "lib", "ownerName": "me", "access": True} for number in project.libraries]
    return {"projectId": project.id, "organizationId": project.organization, "name": project.name, "description": project.description,
            "modified": time, "created": time, "language": "Py", "collaborators": [], "leanVersionId": 1, "leanPinnedToMaster": True,
            "leanEnvironment": 1, "parameters": parameters, "libraries": libraries, "encrypted": False, "encryptionKey": None}  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    cloud: QuantConnect

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        endpoint = urlsplit(self.path).path.removeprefix("/api/v2/")
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        is_json = "json" in (self.headers.get("Content-Type") or "")
        fields = query | (_flat(json.loads(raw)) if is_json and raw else dict(parse_qsl(raw, keep_blank_values=True)))
        self.cloud.requests.append((endpoint, raw))
        user = base64.b64decode((self.headers.get("Authorization") or "Basic ").split()[-1]).decode().partition(":")[0]
        if user != USER or not self.headers.get("Timestamp"):
            self.cloud.problems.append(f"{endpoint} was asked by nobody that is known")
        data = json.dumps(self.cloud.answer(endpoint, fields)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST  # noqa: N815 (a name of the base class)


def _flat(value: Any) -> dict[str, str]:
    return {key: str(item) for key, item in value.items()}
