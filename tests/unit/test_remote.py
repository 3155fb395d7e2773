"""What the remote store makes of endpoints that answer badly."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ctl_kg.errors import QuerySyntaxError, StoreUnavailableError
from ctl_kg.sparql.remote import RemoteStore


class _Endpoint(BaseHTTPRequestHandler):
    """Answers 200 with HTML, or the status that the path names."""

    def do_GET(self) -> None:
        status = int(self.path[1:4]) if self.path[1:4].isdigit() else 200
        self.send_response(status)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<p>not a result</p>")

    def log_message(self, *arguments: object) -> None:
        return


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Endpoint)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("path", ["", "404", "500", "503"])
def test_anything_else_than_a_result_is_unavailable(address: str, path: str) -> None:
    with pytest.raises(StoreUnavailableError) as caught:
        RemoteStore(address + path).query("ASK {}")
    assert address in caught.value.message
    assert "ctl-kg serve" in caught.value.hint


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_refused_query_is_the_callers(address: str) -> None:
    with pytest.raises(QuerySyntaxError, match="refuses"):
        RemoteStore(address + "400").query("ASK {}")


def test_nobody_there() -> None:
    with pytest.raises(StoreUnavailableError, match=r"http://127\.0\.0\.1:1/"):
        RemoteStore("http://127.0.0.1:1/").query("ASK {}")


def test_updates_are_not_sent() -> None:
    with pytest.raises(QuerySyntaxError):
        RemoteStore("http://127.0.0.1:1/").query("CLEAR ALL")
