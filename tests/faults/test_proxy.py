"""The wire breaks as real ones do."""

import queue
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests.faults.proxy import COMMIT, Proxy

heard: queue.Queue[bytes] = queue.Queue()


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with suppress(ConnectionResetError):
            while data := self.request.recv(100):
                heard.put(data)
                self.request.sendall(data)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as echo:
        echo.daemon_threads = True
        threading.Thread(target=echo.serve_forever, daemon=True).start()
        proxy = Proxy(echo.server_address[1])
        proxy.start()
        yield proxy
        proxy.stop()
        echo.shutdown()


@pytest.fixture
def dial(proxy: Proxy) -> Iterator[Callable[[], socket.socket]]:
    opened = []

    def connect() -> socket.socket:
        opened.append(socket.create_connection(("127.0.0.1", proxy.port), timeout=10))
        return opened[-1]

    yield connect
    for client in opened:
        client.close()


Dial = Callable[[], socket.socket]


def echoed(client: socket.socket, words: bytes) -> bytes:
    client.sendall(words)
    return client.recv(100)


def silent(client: socket.socket) -> bool:
    client.settimeout(0.3)
    try:
        client.recv(100)
    except TimeoutError:
        return True
    finally:
        client.settimeout(10)
    return False


def test_it_passes_everything_on(dial: Dial) -> None:
    assert echoed(dial(), b"hello") == b"hello"


def test_after_a_silence_everything_arrives(proxy: Proxy, dial: Dial) -> None:
    known = dial()
    assert echoed(known, b"before") == b"before"
    proxy.fall_silent()
    late = dial()
    for client in (known, late):
        client.sendall(b"during")
        assert silent(client)
    proxy.speak()
    assert known.recv(100) == late.recv(100) == b"during"


def test_a_reset_breaks_what_is_open_and_nothing_else(proxy: Proxy, dial: Dial) -> None:
    client = dial()
    assert echoed(client, b"hello") == b"hello"
    proxy.reset()
    with pytest.raises(ConnectionResetError):
        client.recv(100)
    assert echoed(dial(), b"again") == b"again"


def test_a_client_waits_for_a_server_that_has_forgotten_it(proxy: Proxy, dial: Dial) -> None:
    client = dial()
    assert echoed(client, b"hello") == b"hello"
    proxy.lose_server()
    client.sendall(b"still there?")
    assert silent(client)
    proxy.forget()
    with pytest.raises(ConnectionResetError):
        client.recv(100)


def test_a_commit_reaches_the_server_and_its_answer_does_not_come_back(
    proxy: Proxy, dial: Dial
) -> None:
    client = dial()
    assert echoed(client, b"BEGIN\0") == b"BEGIN\0"
    proxy.cuts_commits = True
    with pytest.raises(ConnectionResetError):
        echoed(client, COMMIT)
    assert proxy.cut == 1
    while heard.get(timeout=10) != COMMIT:
        continue
