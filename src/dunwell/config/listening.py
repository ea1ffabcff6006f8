"""The server that listens: waitress, with one manner of its own.

A request that is larger than what is read is read to its end all the same and thrown away, piece by piece. A browser
that is cut off in the middle of sending shows its own page about a broken connection; so it gets to see ours, which
says what was too large.
"""

from typing import Any

from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver
from waitress.server import BaseWSGIServer, MultiSocketServer, TcpWSGIServer, create_server

from dunwell.web.middleware import TOO_LARGE_HEADER

_BUFFER_BYTES = 512


class _ThrownAway(FixedStreamReceiver):
    """A body that is counted and not kept."""

    def received(self, data: bytes) -> int:
        """Take what belongs to the body of a piece; return how much that was."""
        own = min(self.remain, len(data))
        self.remain -= own
        self.completed = self.remain == 0
        return own


class _Parser(HTTPRequestParser):
    """Hands on a request that is too large without its body, and says so in a header."""

    def parse_header(self, header_plus: bytes) -> None:
        """Look at the length that is announced."""
        super().parse_header(header_plus)
        if self.content_length >= self.adj.max_request_body_size:
            self.body_rcv = _ThrownAway(self.content_length, OverflowableBuffer(_BUFFER_BYTES))
            self.content_length = 0
            self.headers = {**self.headers, "CONTENT_LENGTH": "0", TOO_LARGE_HEADER: "yes"}

    def received(self, data: bytes) -> int:
        """Take a piece of the request; return how much of it was ours."""
        if self.completed or not isinstance(self.body_rcv, _ThrownAway):
            return super().received(data)
        own = self.body_rcv.received(data)
        self.completed = self.body_rcv.completed
        return own


class _Channel(HTTPChannel):
    parser_class = _Parser


def listening(application: Any, **options: Any) -> BaseWSGIServer | MultiSocketServer:
    """Return a server that listens already; ``run()`` answers. ``options`` are those of waitress."""
    opened: dict[int, Any] = {}
    server = create_server(application, map=opened, **options)
    for one in opened.values():
        if isinstance(one, TcpWSGIServer):
            one.channel_class = _Channel
    return server
