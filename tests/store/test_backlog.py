"""Bytes that wait to be read: none is lost, none comes twice, and none comes before another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digigraph.store.answering.backlog import Backlog

STEPS = st.lists(st.one_of(st.integers(0, 400_000), st.none()), max_size=40)


@given(STEPS)
def test_bytes_come_out_as_they_went_in(steps: list[int | None]):
    """However much waits, in memory or on disk, it is taken in its order, in pieces of 64 kB at most."""
    backlog, put, taken = Backlog(), bytearray(), bytearray()
    for number, step in enumerate(steps):
        if step is not None:
            data = bytes([number]) * step
            backlog.put(data)
            put += data
        else:
            piece = backlog.take()
            assert len(piece) <= 65_536
            taken += piece
        assert backlog.size == len(put) - len(taken)
        assert backlog.whole() == put[len(taken) :]
    while piece := backlog.take():
        taken += piece
    assert taken == put
    backlog.close()


def test_what_keeps_pace_is_not_copied():
    """A piece that is taken before the next one comes is the very same object."""
    backlog, data = Backlog(), bytes(65_536)
    for _ in range(100):
        backlog.put(data)
        assert backlog.take() is data
    backlog.close()


def test_nothing_waits_after_the_end():
    """What was not read is gone when it is closed, from the disk as well."""
    backlog = Backlog()
    for _ in range(40):
        backlog.put(bytes(65_536))
    backlog.close()
    backlog.close()
    assert (backlog.size, backlog.take()) == (0, b"")
