"""Frames between a query process and its parent."""

from __future__ import annotations

import inspect
import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigraph import errors
from digigraph.media import FORMATS
from digigraph.store.answering.backend import Query
from digigraph.store.processes.frames import Channel, Kind, decode_error, decode_query, encode_error, encode_query

CLASSES = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, errors.DigigraphError)]
GRAPHS = st.none() | st.lists(st.text(), max_size=3).map(tuple)


@given(text=st.text(), form=st.sampled_from(FORMATS), default=GRAPHS, named=GRAPHS)
def test_queries_arrive_as_they_were_sent(text: str, form: object, default: tuple[str, ...], named: tuple[str, ...]):
    """Text, format and graphs of a query survive the way to the child."""
    query = Query(text=text, format=form, default_graphs=default, named_graphs=named)
    assert decode_query(encode_query(query)) == query


@pytest.mark.parametrize("kind", CLASSES)
def test_errors_arrive_as_they_were_raised(kind: type[errors.DigigraphError]):
    """Class, message, hint and whatever else an error has survive the way to the parent."""
    own = {
        "available": ("a/b",),
        "retry_after": 3,
        "line": 2,
        "column": 5,
        "hint": "Do.",
        "findings": [],
        "reason": "privacy",
    }
    accepted = inspect.signature(kind).parameters
    error = kind("It is å.", **{name: value for name, value in own.items() if name in accepted})
    arrived = decode_error(encode_error(error))
    assert type(arrived) is kind
    assert str(arrived) == str(error)
    assert {name: str(value).strip("()[],") for name, value in vars(arrived).items()} == {
        name: str(value).strip("()[],") for name, value in vars(error).items()
    }


@given(st.lists(st.tuples(st.sampled_from(Kind), st.binary(max_size=10_000)), max_size=5))
def test_frames_keep_their_borders(frames: list[tuple[Kind, bytes]]):
    """Frames are read one by one as they were sent, then the end of file."""
    ours, theirs = socket.socketpair()
    sender, receiver = Channel(ours), Channel(theirs)
    for kind, payload in frames:
        sender.send(kind, payload)
    sender.close()
    assert [receiver.receive() for _ in frames] == frames
    with pytest.raises(EOFError):
        receiver.receive()
    receiver.close()


def test_a_frame_that_breaks_off():
    """An end of file within a frame is an end of file, not a short frame."""
    ours, theirs = socket.socketpair()
    receiver = Channel(theirs)
    ours.sendall(bytes([Kind.DATA, 0, 0, 0, 9]) + b"half")
    ours.close()
    with pytest.raises(EOFError):
        receiver.receive()
    receiver.close()


def test_a_deadline_that_passes():
    """Waiting for a frame ends at the deadline, also at one that is over."""
    ours, theirs = socket.socketpair()
    receiver = Channel(theirs)
    for seconds in (0.05, -1):
        with pytest.raises(TimeoutError):
            receiver.receive(deadline=time.monotonic() + seconds)
    ours.close()
    receiver.close()
