"""An answer: one thread writes, another reads, and nobody takes a part for the whole."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigraph.errors import AnswerTooLarge, QueryCancelled, QueryTimeout, QueueFull
from digigraph.media import RESULTS_JSON
from digigraph.store.answering.answer import FIRST_BYTES, Answer
from digigraph.store.answering.cancellation import Cancellation
from digigraph.store.answering.copying import Copy
from digigraph.store.answering.room import Room

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def made(limit: int = 10**9) -> Iterator[Answer]:
    with contextlib.closing(Answer(RESULTS_JSON, version="1-0123456789ab", limit=limit)) as answer:
        yield answer


@given(st.lists(st.one_of(st.binary(max_size=200_000), st.none()), max_size=20))
def test_what_is_written_is_read(steps: list[bytes | None]):
    """However writing and reading alternate, the bytes come out whole and in order."""
    with made() as answer:
        written, read = bytearray(), bytearray()
        for step in steps:
            if step is None:
                read += answer.read_ready() or b""
            else:
                answer.write(step)
                written += step
        answer.finish()
        assert read + b"".join(answer) == written


def test_much_that_nobody_reads_is_kept():
    """More than memory should hold waits for its reader."""
    with made() as answer:
        for number in range(64):
            answer.write(bytes([number]) * 100_000)
        answer.finish()
        assert b"".join(answer) == b"".join(bytes([number]) * 100_000 for number in range(64))


def test_reader_and_writer_in_threads():
    """A reader that keeps pace gets every byte of a writer in another thread."""
    with made() as answer:

        def write() -> None:
            for number in range(2000):
                answer.write(b"%06d" % number)
            answer.finish()

        writer = threading.Thread(target=write)
        writer.start()
        assert b"".join(answer) == b"".join(b"%06d" % number for number in range(2000))
        writer.join()


def test_it_begins_when_much_is_there():
    """An answer begins with its first 256 kB, whole or not."""
    with made() as answer:
        answer.write(bytes(FIRST_BYTES))
        answer.wait()
        assert answer.read_ready()


def test_it_begins_soon_after_the_first_row():
    """A slow answer begins with what is there, soon after the first bytes."""
    with made() as answer:
        answer.write(b"row")
        answer.wait()
        assert answer.read_ready() == b"row"
        assert answer.read_ready() is None


def test_a_failure_before_it_begins():
    """A failure within the first bytes is raised where the answer would begin: it can still have a status."""
    with made() as answer:
        answer.write(b"row")
        answer.fail(QueryTimeout("late"))
        with pytest.raises(QueryTimeout):
            answer.wait()


def test_a_failure_after_it_began():
    """A failure comes after the bytes that were written, instead of an end."""
    with made() as answer:
        answer.write(bytes(FIRST_BYTES))
        answer.wait()
        answer.fail(QueryTimeout("late"))
        reading = iter(answer)
        received = [next(reading) for _ in range(FIRST_BYTES // 65_536)]
        assert len(b"".join(received)) == FIRST_BYTES
        with pytest.raises(QueryTimeout):
            next(reading)


def test_the_first_reason_stays():
    """Of several failures the reader hears the first; after the end none."""
    with made() as answer:
        answer.fail(QueryTimeout("first"))
        answer.fail(QueryCancelled("second"))
        with pytest.raises(QueryTimeout):
            answer.wait()
    with made() as whole:
        whole.finish()
        whole.fail(QueryTimeout("too late"))
        assert b"".join(whole) == b""


def test_the_limit():
    """At the limit both sides hear of it; exactly the limit is allowed."""
    with made(limit=10) as answer:
        answer.write(bytes(10))
        with pytest.raises(AnswerTooLarge):
            answer.write(b"x")
        with pytest.raises(AnswerTooLarge):
            answer.wait()


def test_a_writer_hears_that_the_reader_has_gone():
    """After closing there is nobody to write for."""
    with made() as answer:
        answer.close()
        assert not answer.wanted
        with pytest.raises(QueryCancelled):
            answer.write(b"x")


def test_closing_with_bytes_unread_is_no_end():
    """Whoever reads on after somebody else closed gets an error, never an end that came too early."""
    with made() as answer:
        answer.write(bytes(100_000))
        answer.finish()
        reading = iter(answer)
        assert next(reading)
        answer.close()
        with pytest.raises(QueryCancelled):
            next(reading)


def test_whoever_is_called_back_is_called_once():
    """Callbacks of closing are called once, those that come late at once."""
    calls: list[str] = []
    with made() as answer:
        answer.on_close(lambda: calls.append("early"))
        answer.close()
        answer.close()
        answer.on_close(lambda: calls.append("late"))
        assert calls == ["early", "late"]


def test_changes_are_told():
    """Writing, ending and failing call back whoever reads without blocking."""
    calls: list[bytes | None] = []
    with made() as answer:
        answer.on_change(lambda: calls.append(answer.read_ready()))
        answer.write(b"x")
        answer.finish()
        assert calls == [b"x", b""]


def test_cancellation():
    """Taking back calls back once, those that come late at once."""
    calls: list[str] = []
    cancellation = Cancellation()
    cancellation.on_cancel(lambda: calls.append("early"))
    cancellation.cancel()
    cancellation.cancel()
    cancellation.on_cancel(lambda: calls.append("late"))
    assert calls == ["early", "late"]


def shared(unread: Room, client: str) -> contextlib.closing[Answer]:
    return contextlib.closing(Answer(RESULTS_JSON, version=None, limit=10**9, share=unread.of(client)))


def test_who_reads_nothing_leaves_room():
    """Unread bytes of one client have a bound, those of all another; who reads, or goes, makes room."""
    unread = Room(1000, holds="answers")
    with shared(unread, "a") as first, shared(unread, "a") as second, shared(unread, "b") as third:
        first.write(bytes(400))
        with pytest.raises(QueueFull, match="Your"):
            second.write(bytes(200))
        with pytest.raises(QueueFull):
            second.wait()
        third.write(bytes(500))
        first.write(bytes(100))
        with shared(unread, "c") as late, pytest.raises(QueueFull, match="All"):
            late.write(bytes(1))
        assert first.read_ready() == bytes(500)
        with shared(unread, "c") as later:
            later.write(bytes(500))
            assert later.read_ready() == bytes(500)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 300), st.booleans()), max_size=30))
def test_room_comes_back(steps: list[tuple[str, int, bool]]):
    """Whatever is written, read, refused and closed: in the end there is as much room as in the beginning."""
    unread = Room(1000, holds="answers")
    with contextlib.ExitStack() as opened:
        for client, count, is_read in steps:
            answer = opened.enter_context(shared(unread, client))
            with contextlib.suppress(QueueFull):
                answer.write(bytes(count))
            if is_read:
                with contextlib.suppress(QueueFull):
                    answer.read_ready()
    for client in "ab":
        unread.move(client, 500)


def copied(answer: Answer, *, limit: int = 1000, is_wanted: bool = True) -> list[bytes | None]:
    """What the copy of an answer comes to; nothing while that is not settled."""
    done: list[bytes | None] = []
    answer.copy_to(Copy(lambda body, _: done.append(body), limit=limit, is_wanted=lambda: is_wanted))
    return done


class TestCopy:
    """An answer gives its bytes a second time, when it is whole."""

    def test_whole(self):
        """What was written before and after, and not before the end."""
        with made() as answer:
            answer.write(b"one ")
            done = copied(answer)
            answer.write(b"two")
            assert not done
            answer.finish()
            assert done == [b"one two"]
            assert b"".join(answer) == b"one two"

    def test_after_the_end(self):
        """Of an answer that is whole already, at once."""
        with made() as answer:
            answer.write(b"all")
            answer.finish()
            assert copied(answer) == [b"all"]
            assert b"".join(answer) == b"all"

    def test_too_long(self):
        """Nothing, as soon as it is known; the reader gets every byte."""
        with made() as answer:
            done = copied(answer, limit=10)
            answer.write(b"x" * 11)
            assert done == [None]
            answer.finish()
            assert b"".join(answer) == b"x" * 11
            assert done == [None]

    def test_failure(self):
        """Nothing of what failed, whatever had come."""
        with made() as answer:
            done = copied(answer)
            answer.write(b"part")
            answer.fail(QueryTimeout("too late"))
            assert done == [None]

    def test_reader_leaves_and_others_wait(self):
        """Computing goes on for the copy, and ends with it; the reader that left gets no end."""
        ended: list[bool] = []
        with made() as answer:
            answer.on_close(lambda: ended.append(True))
            done = copied(answer)
            answer.write(b"one ")
            answer.close()
            with pytest.raises(QueryCancelled):
                answer.read_ready()
            answer.write(b"two")
            assert not ended
            answer.finish()
            assert done == [b"one two"]
            assert ended

    def test_reader_leaves_and_the_copy_grows_too_long(self):
        """Then nobody waits, and computing is stopped."""
        ended: list[bool] = []
        with made() as answer:
            answer.on_close(lambda: ended.append(True))
            done = copied(answer, limit=10)
            answer.close()
            answer.write(b"x" * 11)
            assert done == [None]
            assert ended
            with pytest.raises(QueryCancelled):
                answer.write(b"more")

    def test_reader_leaves_and_nobody_else_waits(self):
        """Computing is stopped at once."""
        with made() as answer:
            done = copied(answer, is_wanted=False)
            answer.close()
            with pytest.raises(QueryCancelled):
                answer.write(b"more")
            assert done == [None]
