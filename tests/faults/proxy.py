"""A TCP proxy that breaks connections: immediately, in the middle of a packet, or after dropping upstream data."""

import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread
from types import TracebackType
from typing import Self

from sensors.processes import LOOPBACK_HOST


class ProxiedConnection:
    """One connection through the proxy: the client's socket and the server's."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self._client = client
        self._server = server
        self._drops_upstream = False
        self._allowance: int | None = None
        self.bytes_delivered = 0
        """Octets sent to the client."""
        self.was_cut = False
        """Whether ``cut_after`` ended it."""

    def run(self) -> None:
        """Forward both directions until either ends, then close both sockets."""
        upstream = Thread(target=self._carry, args=(self._client, self._server, self._to_server))
        upstream.start()
        self._carry(self._server, self._client, self._to_client)
        upstream.join()
        self._client.close()
        self._server.close()

    def drop_upstream(self) -> None:
        """Drop everything the client sends from now on."""
        self._drops_upstream = True

    def cut_after(self, octets: int) -> None:
        """Break the connection after sending the client this many more octets."""
        self._allowance = octets

    def cut(self) -> None:
        """Break the connection now."""
        for side in (self._client, self._server):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def _carry(self, source: socket.socket, target: socket.socket, allowed: Callable[[bytes], bytes | None]) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                passed = allowed(data)
                if passed is None:
                    break
                target.sendall(passed)
        self.cut()

    def _to_server(self, data: bytes) -> bytes:
        return b"" if self._drops_upstream else data

    def _to_client(self, data: bytes) -> bytes | None:
        self.bytes_delivered += len(data)
        if self._allowance is None:
            return data
        passed, self._allowance = data[: self._allowance], self._allowance - len(data)
        if self._allowance > 0:
            return passed
        # The start of a packet gets through, its end never does.
        with suppress(OSError):
            self._client.sendall(passed)
        self.was_cut = True
        return None


class Proxy:
    """Listens on a free port for the duration of the ``with`` block.

    Faults affect open connections. ``cut_after`` affects new ones too, because a client may be reconnecting.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._lock = Lock()
        self._connections: dict[Thread, ProxiedConnection] = {}
        self._allowance: int | None = None
        self._listener = socket.create_server((LOOPBACK_HOST, 0))
        self._acceptor = Thread(target=self._accept)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # close() alone does not wake the accepting thread.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        self.cut()
        for thread in self._connections:
            thread.join()

    def cut(self) -> None:
        """Break all connections now, and cancel ``cut_after`` for new ones."""
        with self._lock:
            self._allowance = None
        for link in self._open():
            link.cut()

    def cut_after(self, octets: int) -> None:
        """Break every connection after this many more octets to its client, rarely at a packet boundary."""
        with self._lock:
            self._allowance = octets
            for link in self._connections.values():
                link.cut_after(octets)

    def drop_upstream(self) -> None:
        """Drop everything that clients send on open connections from now on."""
        for link in self._open():
            link.drop_upstream()

    @property
    def cut_count(self) -> int:
        """Number of connections broken by ``cut_after`` so far."""
        with self._lock:
            return sum(link.was_cut for link in self._connections.values())

    @property
    def bytes_delivered(self) -> int:
        """Octets sent to clients so far, over all connections."""
        with self._lock:
            return sum(link.bytes_delivered for link in self._connections.values())

    def _open(self) -> list[ProxiedConnection]:
        with self._lock:
            return [link for thread, link in self._connections.items() if thread.is_alive()]

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection((LOOPBACK_HOST, self._target))
            except OSError:
                client.close()
                continue
            link = ProxiedConnection(client, server)
            thread = Thread(target=link.run)
            with self._lock:
                if self._allowance is not None:
                    link.cut_after(self._allowance)
                thread.start()
                self._connections[thread] = link
