"""A hub on loopback: the calls that ``huggingface_hub`` makes for uploads and downloads, without xet."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN, USER = "hf_secret_of_ann", "ann"
_DATE = "2026-01-01T00:00:00.000Z"


@dataclass
class Repository:
    """Files by name of every commit, and the commit of each branch."""

    private: bool = False
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)

    def commit(self, branch: str, files: dict[str, bytes]) -> str:
        name = hashlib.sha1(f"{branch}{len(self.commits)}".encode()).hexdigest()
        self.commits[name] = files
        self.branches[branch] = name
        return name

    def at(self, revision: str) -> str | None:
        return self.branches.get(revision) or (revision if revision in self.commits else None)

    @property
    def files(self) -> dict[str, bytes]:
        """Those of the main branch."""
        return self.commits[self.branches["main"]]


@dataclass
class Hub:
    """What the server has. ``status``: the HTTP status of every answer from now on; None: as it should be."""

    url: str = ""
    repositories: dict[str, Repository] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    status: int | None = None


def _oid(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *arguments: Any) -> None:
        pass

    def _answer(self, status: int, content: Any = None, **headers: str) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b"".join(self._chunks())
        path = unquote(urlsplit(self.path).path)
        self.hub.calls.append(f"{self.command} {path}")
        if self.hub.status is not None:
            self._answer(self.hub.status, {"error": "as the test wants it"})
            return
        for method, pattern, handle in _ROUTES:
            found = re.fullmatch(pattern, path)
            if found and self.command in method:
                writing = method != "GET HEAD"
                if writing and self.headers.get("Authorization") != f"Bearer {TOKEN}" and "/objects/" not in path:
                    self._answer(401, {"error": "Invalid credentials in Authorization header"})
                    return
                handle(self, body, *found.groups())
                return
        self._answer(404, {"error": "no such page"}, X_Error_Code="RepoNotFound")

    do_GET = do_HEAD = do_POST = do_PUT = _handle

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def whoami(self, body: bytes) -> None:
        self._answer(200, {"name": USER, "type": "user", "orgs": []})

    def create(self, body: bytes) -> None:
        asked = json.loads(body)
        user = asked.get("organization") or USER
        name = f"{user}/{asked['name']}"
        if user != USER:
            self._answer(403, {"error": f"You don't have the rights to create a model under {user}"})
        elif name in self.hub.repositories:
            self._answer(409, {"error": "You already created this model repo", "url": f"{self.hub.url}/{name}"})
        else:
            private = bool(asked.get("private")) or asked.get("visibility") == "private"
            made = self.hub.repositories[name] = Repository(private)
            made.commit("main", {".gitattributes": b"*.onnx filter=lfs\n"})
            self._answer(200, {"url": f"{self.hub.url}/{name}", "name": name, "id": name})

    def branch(self, body: bytes, name: str, branch: str) -> None:
        repository = self.hub.repositories[name]
        if branch in repository.branches:
            self._answer(409, {"error": "Reference already exists"})
            return
        repository.branches[branch] = repository.branches["main"]
        self._answer(200, {})

    def yaml(self, body: bytes) -> None:
        self._answer(200, {"errors": [], "warnings": []})

    def preupload(self, body: bytes, name: str, revision: str) -> None:
        files = json.loads(body)["files"]
        mode = {True: "lfs", False: "regular"}
        answer = [
            {"path": one["path"], "uploadMode": mode[one["path"].endswith((".onnx", ".keras"))], "shouldIgnore": False}
            for one in files
        ]
        self._answer(200, {"files": answer})

    def batch(self, body: bytes, name: str) -> None:
        objects = [
            one | {"actions": {"upload": {"href": f"{self.hub.url}/objects/{one['oid']}"}}}
            for one in json.loads(body)["objects"]
        ]
        self._answer(200, {"transfer": "basic", "objects": objects})

    def put(self, body: bytes, oid: str) -> None:
        assert hashlib.sha256(body).hexdigest() == oid
        self.hub.objects[oid] = body
        self._answer(200, {})

    def commit(self, body: bytes, name: str, revision: str) -> None:
        repository = self.hub.repositories[name]
        files = dict(repository.commits[repository.branches[revision]])
        for line in map(json.loads, body.splitlines()):
            value = line["value"]
            if line["key"] == "header":
                self.hub.messages.append(value["summary"])
            elif line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.hub.objects[value["oid"]]
            elif line["key"] == "deletedFile":
                del files[value["path"]]
        made = repository.commit(revision, files)
        self._answer(200, {"commitUrl": f"{self.hub.url}/{name}/commit/{made}", "commitOid": made})

    def _found(self, name: str, revision: str) -> tuple[str, dict[str, bytes]] | None:
        repository = self.hub.repositories.get(name)
        authorized = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if repository is None or (repository.private and not authorized):
            self._answer(404 if authorized else 401, {"error": "Repository not found"}, X_Error_Code="RepoNotFound")
        elif (commit := repository.at(revision)) is None:
            self._answer(404, {"error": "Invalid rev id"}, X_Error_Code="RevisionNotFound")
        else:
            return commit, repository.commits[commit]
        return None

    def info(self, body: bytes, name: str, revision: str | None = None) -> None:
        if (found := self._found(name, revision or "main")) is not None:
            commit, files = found
            siblings = [{"rfilename": file} for file in files]
            private = self.hub.repositories[name].private
            about = {"_id": "1", "id": name, "modelId": name, "sha": commit, "private": private, "siblings": siblings}
            self._answer(200, about | {"lastModified": _DATE, "tags": [], "downloads": 0, "likes": 0})

    def tree(self, body: bytes, name: str, revision: str) -> None:
        if (found := self._found(name, revision)) is not None:
            rows = [
                {"type": "file", "path": file, "size": len(content), "oid": _oid(content)}
                for file, content in found[1].items()
            ]
            self._answer(200, rows)

    def resolve(self, body: bytes, name: str, revision: str, file: str) -> None:
        if (found := self._found(name, revision)) is not None:
            content = found[1][file]
            self._answer(200, content, ETag=f'"{_oid(content)}"', X_Repo_Commit=found[0])


_REPO = r"([^/]+/[^/]+)"
_ROUTES: list[tuple[str, str, Any]] = [
    ("POST GET", "/api/whoami-v2", _Handler.whoami),
    ("POST", "/api/repos/create", _Handler.create),
    ("POST", "/api/validate-yaml", _Handler.yaml),
    ("POST", f"/api/models/{_REPO}/branch/(.+)", _Handler.branch),
    ("POST", f"/api/models/{_REPO}/preupload/(.+)", _Handler.preupload),
    ("POST", f"/api/models/{_REPO}/commit/(.+)", _Handler.commit),
    ("POST", rf"/{_REPO}\.git/info/lfs/objects/batch", _Handler.batch),
    ("PUT", "/objects/(.+)", _Handler.put),
    ("GET HEAD", f"/api/models/{_REPO}", _Handler.info),
    ("GET HEAD", f"/api/models/{_REPO}/revision/(.+)", _Handler.info),
    ("GET HEAD", f"/api/models/{_REPO}/tree/([^/]+)", _Handler.tree),
    ("GET HEAD", rf"/{_REPO}/resolve/([^/]+)/(.+)", _Handler.resolve),
]


class _Server(ThreadingHTTPServer):
    request_queue_size = 64  # several threads connect at once
    daemon_threads = True
    block_on_close = False  # a client may keep its connection


@contextmanager
def serving() -> Iterator[Hub]:
    """A hub that answers until the block ends."""
    hub = Hub()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
