"""A wire that can be cut: a TCP proxy between the processes and a server, in a thread of its own.

What real networks do to connections, without asking the kernel: delay, silence, resets, connections
of which only one end knows that they are gone, and one that breaks exactly at a COMMIT.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable
from typing import cast

from supervisor.ports import free_port

COMMIT = b"COMMIT\0"  # libpq sends it as a simple query of its own
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class End(asyncio.Protocol):
    """One of the two ends of a link; what it receives belongs to the other."""

    def __init__(self, link: "Link") -> None:
        self.link = link
        self.transport: asyncio.Transport | None = None
        self.other: End | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        if self.link.proxy.silent:
            self.transport.pause_reading()
        self.link.made(self)

    def data_received(self, data: bytes) -> None:
        self.link.carry(self, data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.link.lost(self)

    def pause_writing(self) -> None:
        if self.other and self.other.transport:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other and self.other.transport and not self.link.proxy.silent:
            self.other.transport.resume_reading()

    def write(self, data: bytes) -> None:
        if self.transport and not self.transport.is_closing():
            self.transport.write(data)

    def close(self) -> None:
        if self.transport:
            self.transport.close()

    def reset(self) -> None:
        """As a crashed host or a firewall ends a connection: no goodbye."""
        if self.transport:
            sock = self.transport.get_extra_info("socket")
            if sock is not None and sock.fileno() >= 0:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            self.transport.abort()


class Link:
    """A client's connection and the server's that belongs to it; `dead` carries nothing more."""

    def __init__(self, proxy: "Proxy") -> None:
        self.proxy, self.dead, self.waiting = proxy, False, b""
        self.client, self.server = End(self), End(self)
        self.client.other, self.server.other = self.server, self.client

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: self.server, "127.0.0.1", self.proxy.upstream)
        except OSError:
            self.end()

    def made(self, end: End) -> None:
        if end is self.server:
            end.write(self.waiting)

    def carry(self, source: End, data: bytes) -> None:
        if self.dead:
            return
        if source is self.client and self.server.transport is None:
            self.waiting += data
        elif self.proxy.delay:
            asyncio.get_running_loop().call_later(self.proxy.delay, self.pass_on, source, data)
        else:
            self.pass_on(source, data)

    def pass_on(self, source: End, data: bytes) -> None:
        assert source.other
        source.other.write(data)
        if self.proxy.cuts_commits and source is self.client and COMMIT in data:
            self.proxy.cut += 1
            self.client.reset()  # the server has it, the client will never know
            self.server.close()

    def lost(self, end: End) -> None:
        if not self.dead:
            self.end()
        elif all(one.transport is None or one.transport.is_closing() for one in self.ends):
            self.proxy.links.discard(self)

    @property
    def ends(self) -> tuple[End, End]:
        return self.client, self.server

    def end(self) -> None:
        self.dead = True
        for end in self.ends:
            end.close()
        self.proxy.links.discard(self)


class Proxy:
    """Listens on `port`; `upstream` is the port that it speaks for. Times are seconds."""

    def __init__(self, upstream: int) -> None:
        self.upstream, self.port = upstream, free_port()
        self.delay, self.silent, self.cuts_commits = 0.0, False, False
        self.cut = 0  # connections that were broken at their COMMIT
        self.links: set[Link] = set()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def start(self) -> None:
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.listen(), self.loop).result()

    async def listen(self) -> None:
        self.server = await self.loop.create_server(self.accept, "127.0.0.1", self.port)

    def accept(self) -> End:
        link = Link(self)
        self.links.add(link)
        self.loop.create_task(link.open())
        return link.client

    def stop(self) -> None:
        self.on_each(lambda link: link.end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.server.close()
        self.loop.close()

    def reset(self) -> None:
        """Every connection breaks, and both ends know it."""
        self.on_each(self._reset)

    def lose_clients(self) -> None:
        """The server goes on believing in clients that are gone, until `forget`."""
        self.on_each(lambda link: self._half(link, link.client))

    def lose_server(self) -> None:
        """Clients wait for a server that has forgotten them, until `forget`."""
        self.on_each(lambda link: self._half(link, link.server))

    def forget(self) -> None:
        """What keep-alive does in the end: the end that was left finds out."""
        self.on_each(lambda link: self._reset(link) if link.dead else None)

    def fall_silent(self) -> None:
        """Nothing arrives, nothing breaks."""
        self.silent = True
        self.on_each(lambda link: self._reading(link, "pause_reading"))

    def speak(self) -> None:
        self.silent = False
        self.on_each(lambda link: self._reading(link, "resume_reading"))

    def on_each(self, act: Callable[[Link], object]) -> None:
        done = threading.Event()

        def everywhere() -> None:
            for link in list(self.links):
                act(link)
            done.set()

        self.loop.call_soon_threadsafe(everywhere)
        done.wait(10)

    def _reset(self, link: Link) -> None:
        link.dead = True
        for end in link.ends:
            end.reset()
        self.links.discard(link)

    def _half(self, link: Link, gone: End) -> None:
        link.dead = True
        gone.reset()

    def _reading(self, link: Link, verb: str) -> None:
        for end in link.ends:
            if end.transport and not end.transport.is_closing():
                getattr(end.transport, verb)()
