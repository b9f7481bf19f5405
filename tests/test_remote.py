"""Remote parts: fsspec's memory and http file systems, on loopback. Those of http need aiohttp."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import write_csv

from seqclf.cli import cli
from seqclf.config import load_config
from seqclf.config.loading import with_absolute_paths
from seqclf.data.corpus import Corpus
from seqclf.errors import InputError, SeqclfError
from seqclf.listener import telling
from seqclf.remote import fetch, fetched, urls
from seqclf.remote.fetch import _fetched
from seqclf.sources.parts import part_of
from seqclf.sources.table.reader import TableSource
from seqclf.tables.packed import open_binary

fsspec = pytest.importorskip("fsspec", reason="the extra remote is not installed")

ROWS = [("good film", "pos"), ("bad film", "neg"), ("fine film", "pos"), ("poor film", "neg")]


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(fetch, "_DELAYS", (0.01, 0.01))
    _fetched.cache_clear()
    yield
    _fetched.cache_clear()


@pytest.fixture
def memory() -> Iterator[Any]:
    store = fsspec.filesystem("memory")
    yield store
    store.store.clear()


def _csv(rows: list[tuple[str, str]]) -> bytes:
    return ("text,label\n" + "".join(f"{text},{label}\n" for text, label in rows)).encode()


def _read(part: str) -> list[tuple[str, str]]:
    texts = TableSource("text", "label").read(part)
    return list(zip(texts.texts, texts.labels, strict=True))


# --- memory -----------------------------------------------------------------------------------------------------------


def test_a_pattern_is_read_by_name_and_like_one_local_file(memory: Any, tmp_path: Path) -> None:
    for number, rows in ((10, ROWS[3:]), (1, ROWS[:1]), (2, ROWS[1:3])):
        memory.pipe(f"/parts/{number:02}.csv", _csv(rows))
    memory.pipe("/parts/notes.txt", b"no table")
    memory.mkdir("/parts/00.csv.d")
    local = tmp_path / "all.csv"
    local.write_bytes(_csv(ROWS))
    assert _read("memory://parts/*.csv") == _read(str(local)) == ROWS
    assert _read(part_of(["memory://parts/02.csv", str(local)])) == [*ROWS[1:3], *ROWS]


def test_a_corpus_that_moves_keeps_its_fingerprint(memory: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(_csv(ROWS))
    memory.pipe("/a.csv", _csv(ROWS))
    source = TableSource("text", "label")
    assert source.fingerprint("memory://a.csv") == source.fingerprint(str(tmp_path / "a.csv"))


def test_messages_name_the_url_and_the_row(memory: Any) -> None:
    memory.pipe("/b/x.csv", b"text,label\ngood,pos\nbad,\n")
    with pytest.raises(InputError, match=r'^memory://b/x.csv:3: "label" is empty'):
        _read("memory://b/x.csv")
    with pytest.raises(InputError, match=r'^memory://b/x.csv: no column "words"'):
        TableSource("words", "label").check("memory://b/x.csv")
    memory.pipe("/b/x.csv.gz", b"text,label\n")
    with pytest.raises(InputError, match="^memory://b/x.csv.gz: is not packed; rename it x.csv"):
        _read("memory://b/x.csv.gz")
    with pytest.raises(InputError, match="memory://b/x.csv: is named twice"):
        _read(part_of(["memory://b/x.csv", "memory://b/*.csv"]))


def test_a_store_that_cannot_be_connected_to_is_named() -> None:
    with pytest.raises(SeqclfError, match=r"^ftp://127.0.0.1:1/a.csv: cannot be read \(.*refused.*\), tried 3 times"):
        fetched("ftp://127.0.0.1:1/a.csv")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("memory://none.csv", "memory://none.csv: no such file on the server"),
        ("memory://b/*.tsv", "memory://b/*.tsv: no file matches this pattern; check the name of the folder and"),
        ("memory://b", "memory://b: is a folder; name its files with a pattern, such as memory://b/*.parquet"),
        ("nope://a.csv", 'nope://a.csv: unknown protocol "nope"; known ones are https, s3'),
        ("s3://bucket/a.csv", 's3://bucket/a.csv: reading s3:// needs pip install "seqclf[remote]" s3fs'),
        ("gs://bucket/*.csv", 'gs://bucket/*.csv: reading gs:// needs pip install "seqclf[remote]" gcsfs'),
        ("http://[::1/a.csv", "http://[::1/a.csv: not a valid URL; expected a name or an address behind //"),
        ("http://host:99999/a.csv?b=c", "http://host:99999/a.csv: not a valid URL; expected"),
        ("http://user:pass/word@host/a.csv", "http://...: not a valid URL; expected"),
    ],
)
def test_what_cannot_be_fetched(memory: Any, url: str, message: str) -> None:
    memory.pipe("/b/x.csv", _csv(ROWS))
    with pytest.raises(InputError) as caught:
        fetched(url)
    assert str(caught.value).startswith(message) and caught.value.exit_code == 2


def test_a_file_is_downloaded_once_and_again_when_it_has_changed(memory: Any) -> None:
    said: list[str] = []
    memory.pipe("/a.csv", _csv(ROWS))
    with telling(said.append):
        (first,) = fetched("memory://a.csv")
        memory.pipe("/a.csv", _csv(ROWS[:2]))
        assert fetched("memory://a.csv") == [first] and _read("memory://a.csv") == ROWS  # as this process began
        _fetched.cache_clear()  # as another process
        (second,) = fetched("memory://a.csv")
        _fetched.cache_clear()
        assert fetched("memory://a.csv") == [second] != [first]
    assert said == ["Downloading memory://a.csv (66 B)", "Downloading memory://a.csv (38 B)"]
    assert _read("memory://a.csv") == ROWS[:2]


def test_a_file_that_changes_while_it_is_downloaded(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.pipe("/a.csv", _csv(ROWS))
    download = fetch._Download.__call__

    def change(self: Any) -> None:
        download(self)
        memory.pipe("/a.csv", _csv(ROWS[:1]))

    monkeypatch.setattr(fetch._Download, "__call__", change)
    with pytest.raises(InputError, match="memory://a.csv: changed while it was downloaded; try again when it is comp"):
        fetched("memory://a.csv")
    assert not list(Path(fetch.cache_folder(), "remote").glob("[!.]*"))


def test_a_broken_connection_continues_where_it_broke_off(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    content = _csv(ROWS * 200)
    memory.pipe("/a.csv", content)
    opened: list[int] = []
    monkeypatch.setattr(fetch, "_AT_ONCE", 1_000)

    class Broken:
        def __init__(self, file: Any) -> None:
            self._file, self._reads = file, 0

        def __enter__(self) -> Broken:
            return self

        def __exit__(self, *_: object) -> None:
            self._file.close()

        def seek(self, place: int) -> None:
            opened.append(place)
            self._file.seek(place)

        def read(self, size: int) -> bytes:
            self._reads += 1
            if self._reads > 3 and len(opened) < 2:
                raise ConnectionResetError("connection reset")
            return bytes(self._file.read(size))

    plain = memory.open
    monkeypatch.setattr(type(memory), "open", lambda self, *args, **options: Broken(plain(*args, **options)))
    (path,) = fetched("memory://a.csv")
    with open_binary(path) as file:
        assert file.read() == content
    assert opened == [3_000, 6_000]


def test_a_connection_that_always_breaks_is_a_failure(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.pipe("/a.csv", _csv(ROWS))

    def fail(*_: object, **__: object) -> None:
        raise ConnectionResetError("connection reset")

    monkeypatch.setattr(type(memory), "open", fail)
    with pytest.raises(SeqclfError, match=r"a.csv: cannot be read \(connection reset\), tried 3 times") as caught:
        fetched("memory://a.csv")
    assert caught.value.exit_code == 1
    assert not list(Path(fetch.cache_folder(), "remote").glob("[!.]*"))


# --- credentials ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://me:hunter2@example.org/a.csv",
        "https://example.org/a.csv?X-Amz-Signature=hunter2&x=1",
        "https://example.org/a.csv?sv=1&sig=hunter2",
        "https://example.org/a.csv?token=hunter2",
        "https://example.org/a.csv?api_key=hunter2",
        "https://example.org/a.csv?AWSAccessKeyId=hunter2",
    ],
)
def test_credentials_in_a_url_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InputError, match="config is copied into every run, so give them to the library") as caught:
        fetched(url)
    assert "hunter2" not in str(caught.value)


def test_plain_queries_are_no_credentials() -> None:
    for query in ("download=1", "ref=main&path=a", "monkey=1", "author=x", "keyword=y", "design=z"):
        urls.check_without_credentials(f"https://example.org/a.csv?{query}")
    assert urls.shown("https://example.org/a.csv?download=1") == "https://example.org/a.csv"


# --- http -------------------------------------------------------------------------------------------------------------


class _Handler(BaseHTTPRequestHandler):
    """Serves files. ``breaks`` is the number of GETs that end in the middle."""

    def __init__(self, files: dict[str, bytes], state: dict[str, int], *args: Any) -> None:
        self._files, self._state = files, state
        super().__init__(*args)

    def do_HEAD(self) -> None:
        self._answer(with_content=False)

    def do_GET(self) -> None:
        self._answer(with_content=True)

    def _answer(self, *, with_content: bool) -> None:
        name = self.path.partition("?")[0]
        content = self._files.get(name)
        if name == "/denied.csv":
            self.send_error(403)
        elif name == "/failing.csv":
            self.send_error(500)
        elif name in ("/round.csv", "/moved.csv"):
            self.send_response(302)
            self.send_header("Location", "/round.csv" if name == "/round.csv" else "/failing.csv?signature=hidden")
            self.end_headers()
        elif name == "/parts/":
            page = "".join(f'<a href="{one}">x</a>' for one in self._files if one.startswith("/parts/")).encode()
            self._send(page, "page", with_content)
        elif content is None:
            self.send_error(404)
        else:
            self._send(content, str(hash(content)), with_content)

    def _send(self, content: bytes, tag: str, with_content: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "text/html")
        self.send_header("ETag", f'"{tag}"')
        self.end_headers()
        if with_content:
            self._state["gets"] += 1
            if self._state["breaks"] and self.path.endswith(".csv"):
                self._state["breaks"] -= 1
                self.wfile.write(content[: len(content) // 2])
                self.wfile.flush()
                self.connection.close()
                return
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[tuple[str, dict[str, bytes], dict[str, int]]]:
    pytest.importorskip("aiohttp", reason="the extra remote is not installed")
    files, state = dict[str, bytes](), {"breaks": 0, "gets": 0}
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, files, state)) as one:
        thread = threading.Thread(target=one.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{one.server_address[1]}", files, state
        one.shutdown()
        thread.join()


def test_http_files_are_read(server: Any) -> None:
    url, files, state = server
    files["/a.csv"] = _csv(ROWS)
    assert _read(f"{url}/a.csv?download=1") == ROWS
    gets = state["gets"]
    _fetched.cache_clear()
    assert _read(f"{url}/a.csv?download=1") == ROWS
    assert state["gets"] == gets, "the ETag is the same, so nothing is downloaded"
    files["/a.csv"] = _csv(ROWS[:2])
    _fetched.cache_clear()
    assert _read(f"{url}/a.csv?download=1") == ROWS[:2]


def test_http_patterns_need_a_page_that_lists_the_files(server: Any) -> None:
    url, files, _ = server
    files |= {"/parts/2.csv": _csv(ROWS[2:]), "/parts/1.csv": _csv(ROWS[:2]), "/parts/x.txt": b""}
    assert _read(f"{url}/parts/*.csv") == ROWS


def test_http_connections_that_break(server: Any) -> None:
    url, files, state = server
    files["/a.csv"] = _csv(ROWS * 50)
    state["breaks"] = 2
    assert _read(f"{url}/a.csv") == ROWS * 50
    files["/b.csv"] = _csv(ROWS * 50)
    state["breaks"] = 100
    with pytest.raises(SeqclfError, match="b.csv: cannot be read .*, tried 3 times; try again later"):
        fetched(f"{url}/b.csv")


def test_http_errors_name_what_is_wrong(server: Any) -> None:
    url, _, _ = server
    with pytest.raises(InputError, match=r"none.csv: no such file on the server"):
        fetched(f"{url}/none.csv")
    with pytest.raises(InputError, match=r"denied.csv: access denied \(HTTP status 403\); docs/scale.md says where"):
        fetched(f"{url}/denied.csv")
    with pytest.raises(SeqclfError, match="cannot be read .* tried 3 times"):
        fetched("http://127.0.0.1:9/a.csv")
    with pytest.raises(SeqclfError, match=r"round.csv: cannot be read \(the server redirects without end\), tried 3"):
        fetched(f"{url}/round.csv")
    said: list[str] = []
    match = r"moved.csv: cannot be read \(HTTP status 500, Internal Server Error\), tried"
    with telling(said.append), pytest.raises(SeqclfError, match=match):
        fetched(f"{url}/moved.csv")
    assert said == [f"Trying {url}/moved.csv again (HTTP status 500, Internal Server Error)"] * 2


def test_addresses_in_errors_show_no_query() -> None:
    text = "Cannot connect to 'https://a:b@host/x?sig=hidden' (ssl), http://[::1/?key=hidden"
    assert urls.without_secrets(text) == "Cannot connect to 'https://host/x' (ssl), http://..."


# --- configs ----------------------------------------------------------------------------------------------------------


def test_a_config_with_remote_parts(memory: Any, tmp_path: Path) -> None:
    rows = [(f"{word} number {number}", label) for number in range(20) for word, label in ROWS]
    memory.pipe("/parts/1.csv", _csv(rows[:50]))
    memory.pipe("/parts/2.csv", _csv(rows[50:]))
    local = write_csv(tmp_path / "all.csv", [("text", "label"), *rows])
    found = []
    for train in ("memory://parts/*.csv", str(local)):
        path = tmp_path / "c.yaml"
        values = {"data": {"source": "table", "train": train}, "layers": [{"type": "pool"}]}
        path.write_text(json.dumps(values), encoding="utf-8")
        config = with_absolute_paths(load_config(path))
        assert config.data.train == train  # type: ignore[union-attr]
        corpus = Corpus(config)
        found.append([list(corpus.texts(split).texts) for split in ("train", "validation")])
    assert found[0] == found[1]


def test_check_names_a_remote_part_that_is_missing(memory: Any, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    values = {"data": {"source": "table", "train": "memory://none.csv"}, "layers": [{"type": "pool"}]}
    path.write_text(json.dumps(values), encoding="utf-8")
    done = CliRunner().invoke(cli, ["check", str(path)])
    assert done.exit_code == 2
    assert "data.train: memory://none.csv: no such file on the server" in " ".join(done.stderr.split())


def test_a_command_says_what_it_downloads(server: Any, tmp_path: Path) -> None:
    url, files, _ = server
    files["/a.csv"] = _csv([(f"{text} {number}", label) for number in range(10) for text, label in ROWS])
    path = tmp_path / "c.yaml"
    values = {"data": {"source": "table", "train": f"{url}/a.csv", "label": "none"}, "layers": [{"type": "pool"}]}
    path.write_text(json.dumps(values), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "seqclf", "check", str(path)], capture_output=True, text=True, check=False
    )
    first, second = done.stderr.splitlines()[:2]
    assert first == f"Downloading {url}/a.csv ({len(files['/a.csv'])} B)"
    assert f'{url}/a.csv: no column "none"' in second and done.returncode == 2
