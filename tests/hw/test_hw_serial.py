"""The scanner's line, over a real pseudo-terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import rigs

from hw.errors import SerialLinkError
from hw.serial_link import LONGEST_LINE_BYTES, SerialPort


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[rigs.PtyRig]:
    rig = rigs.PtyRig(tmp_path)
    yield rig
    rig.close()


def refusal(link: SerialPort) -> SerialLinkError:
    """The error that comes once the bytes have arrived."""

    def refused() -> SerialLinkError | None:
        try:
            assert link.read_line() is None
        except SerialLinkError as error:
            return error
        return None

    error: SerialLinkError = rigs.wait_for(refused)
    return error


@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n", b"\n\r\n"])
def test_any_ending_ends_a_line_and_empty_lines_are_skipped(
    rig: rigs.PtyRig, ending: bytes
) -> None:
    with rig.device as link:
        assert link.read_line() is None
        rig.send_bytes(ending + b"first" + ending + b"second" + ending)
        assert [rig.next_line(link), rig.next_line(link)] == ["first", "second"]


def test_half_a_line_waits_for_its_other_half(rig: rigs.PtyRig) -> None:
    with rig.device as link:
        assert link.read_line() is None
        rig.send_bytes(b"GB01-")
        rig.send_bytes(b"000001\rGB")
        assert rig.next_line(link) == "GB01-000001"
        assert link.read_line() is None
        rig.send_bytes(b"02\r")
        assert rig.next_line(link) == "GB02"


def test_half_a_line_is_forgotten_when_the_plug_is_pulled(rig: rigs.PtyRig) -> None:
    with rig.device as link:
        assert link.read_line() is None
        rig.send_bytes(b"whole\rhalf")
        assert rig.next_line(link) == "whole"
        rig.unplug()
        assert "has gone" in str(refusal(link))
        rig.plug()
        rig.settle()
        assert link.read_line() is None
        rig.send("new")
        assert rig.next_line(link) == "new"


@pytest.mark.parametrize("pieces", [1, 7])
def test_a_line_that_is_too_long_is_thrown_away_and_the_next_one_read(
    rig: rigs.PtyRig, pieces: int
) -> None:
    with rig.device as link:
        assert link.read_line() is None
        rig.send_bytes(b"x" * LONGEST_LINE_BYTES + b"\r")
        assert rig.next_line(link) == "x" * LONGEST_LINE_BYTES
        for _ in range(pieces):
            rig.send_bytes(b"y" * (LONGEST_LINE_BYTES + 1))
        assert "more than 512 bytes" in str(refusal(link))
        rig.send_bytes(b"yyy\rnext\r")
        assert rig.next_line(link) == "next"


def test_bytes_that_are_no_text_are_an_error_and_the_next_line_is_read(rig: rigs.PtyRig) -> None:
    with rig.device as link:
        assert link.read_line() is None
        rig.send_bytes(b"\xff\xfe\x80\rGB01\r")
        assert "no text" in str(refusal(link))
        assert rig.next_line(link) == "GB01"


def test_a_line_is_written_with_its_ending(rig: rigs.PtyRig) -> None:
    with rig.device as link:
        link.write_line("READY")
        assert rigs.wait_for(rig.received) == b"READY\n"
        with pytest.raises(ValueError, match="no line ending"):
            link.write_line("two\nlines")


def test_a_device_that_takes_nothing_is_an_error(rig: rigs.PtyRig) -> None:
    with rig.device as link, pytest.raises(SerialLinkError, match="does not take"):
        for _ in range(200):
            link.write_line("x" * 500)


def test_a_port_that_was_never_there(tmp_path: Path) -> None:
    rig = rigs.SimRig()
    with SerialPort(str(tmp_path / "none"), clock=rig.clock) as link:
        with pytest.raises(SerialLinkError, match="can't be opened"):
            link.read_line()
        with pytest.raises(SerialLinkError, match="is not there"):
            link.read_line()
