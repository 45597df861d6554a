"""How much of what was written to a socket the other side has not acknowledged yet."""

from __future__ import annotations

import socket
import struct
import sys
from typing import Final

_SO_NWRITE: Final = 0x1024
"""macOS: bytes in the send buffer (sys/socket.h)."""


def unsent_bytes(sock: socket.socket) -> int:
    """Bytes in the kernel's send queue; 0 where the system cannot tell.

    A reset throws away what is still in that queue, so a reset at an exact byte must wait for it to drain.
    """
    try:
        if sys.platform == "linux":
            import fcntl  # noqa: PLC0415 - absent on Windows
            import termios  # noqa: PLC0415 - absent on Windows

            # On a socket TIOCOUTQ is SIOCOUTQ: tcp(7).
            answer = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, b"\0\0\0\0")
            return int(struct.unpack("i", answer)[0])
        if sys.platform == "darwin":
            return sock.getsockopt(socket.SOL_SOCKET, _SO_NWRITE)
    except OSError:
        pass
    return 0
