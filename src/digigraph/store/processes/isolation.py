"""A query process has no network: the kernel refuses it every new socket (seccomp(2), Linux on x86-64 and ARM64).

The engine opens HTTP connections for SERVICE and cannot be told not to. The guard refuses such queries by their
tokens; this holds even where it should be mistaken. It needs no privileges and costs nothing measurable.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

NETWORK = "network"
"""The last argument of a query process that may open connections; any other text: it may not."""

_SET_NO_NEW_PRIVILEGES, _SET_SECCOMP = 38, 22
_MODE_FILTER = 2
# Architecture as audits name it, and the number of socket(2) there.
_ARCHITECTURES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER, _ARCHITECTURE = 0, 4
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES


class _Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def give_up_network() -> bool:
    """Let this process, and threads that it starts from now on, open no socket; those that are open stay.

    Returns False where the system has no such thing: then the guard alone stands before the network.
    """
    found = _ARCHITECTURES.get(platform.machine())
    if not sys.platform.startswith("linux") or found is None:
        return False
    architecture, socket_call = found
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 0, 2, architecture),
        (_LOAD, 0, 0, _NUMBER),
        (_IF_EQUAL, 0, 1, socket_call),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    code = b"".join(struct.pack("=HBBI", *each) for each in instructions)
    program = _Program(len(instructions), code)
    libc = ctypes.CDLL(None, use_errno=True)
    # Without the first, only a privileged process may do the second.
    failed: int = libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    failed = failed or libc.prctl(_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0)
    return failed == 0
