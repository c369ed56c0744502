"""Where a command's product goes: a file, whole or not at all, or stdout."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = click.Path(dir_okay=False, path_type=Path)
"""A file that is read or written."""
output_option = click.option("-o", "--output", type=FILE, help="File to write; stdout without it.")
"""Where the product of a command goes."""


def write_output(chunks: Iterable[bytes], target: Path | None) -> None:
    """Write bytes to a file, replacing it only when all is written; to stdout where there is none.

    Where whoever reads stdout has enough, nothing more is written, and the command goes on to the exit code it has.

    Raises
    ------
    OSError
        Writing failed; a file that was there before is untouched.
    """
    if target is None:
        if sys.stdout is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF), "standard output")
        try:
            for chunk in chunks:
                sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            discard(sys.stdout)
        return
    if target.exists() and not target.is_file():
        # A device or a pipe is written to; replacing it would put a file in its place.
        with target.open("wb") as device:
            device.writelines(chunks)
        return
    try:
        descriptor, name = tempfile.mkstemp(dir=target.absolute().parent, prefix=f".{target.name}.")
    except OSError as error:
        # Nobody knows the name of the file that would have been renamed.
        error.filename = str(target)
        raise
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(chunks)
            # mkstemp makes a private file; what is asked for gets the mode that any new file would.
            os.fchmod(descriptor, 0o666 & ~_umask())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def discard(stream: TextIO) -> None:
    """Let what is still in the buffer of a stream that cannot be written to, and all that follows, go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current
