"""What a stream says and when it ends; without sockets."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from appliance.status import LampView, StatusBoard
from appliance.web.streams import StreamGate, follow
from tests.web import demo as demos
from tests.web.conftest import Visitor
from tests.web.demo import Demo, passed


def events(stream: Iterator[bytes], count: int) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for _ in range(count):
        lines = dict(line.split(": ", 1) for line in next(stream).decode().strip().split("\n"))
        if "event" in lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_the_snapshot_first_then_what_changes() -> None:
    board = StatusBoard(demos.READY)
    stream = follow(board, StreamGate(1), beat_s=0.01)
    (first,) = events(stream, 2)
    assert first[0] == "status"
    assert first[1]["status"]["word"] == "Ready: insert a board"
    board.publish(passed())
    name, message = events(stream, 1)[0]
    assert (name, message["status"]["verdict"], message["version"]) == ("status", "PASS", 1)
    assert message["status"]["lamps"] == {"red": False, "amber": False, "green": True}
    assert events(stream, 1) == [("beat", {"heartbeat": 1})]


def test_a_blink_costs_a_few_bytes() -> None:
    board = StatusBoard(demos.broken())
    stream = follow(board, StreamGate(1), beat_s=0.01)
    events(stream, 2)
    board.publish(replace(demos.broken(), lamps=LampView(amber=True)))
    assert events(stream, 1) == [
        ("lamps", {"lamps": {"red": False, "amber": True, "green": False}})
    ]


def test_the_beat_tells_a_controller_that_stands_still() -> None:
    board = StatusBoard(demos.READY)
    stream = follow(board, StreamGate(1), beat_s=0.01)
    events(stream, 2)
    assert [data["heartbeat"] for _, data in events(stream, 3)] == [0, 0, 0]
    board.publish(demos.READY)
    assert [data["heartbeat"] for _, data in events(stream, 2)] == [1, 1]


def test_streams_end_with_the_server_and_with_the_board() -> None:
    for end in ("gate", "board"):
        board, gate = StatusBoard(demos.READY), StreamGate(1)
        stream = follow(board, gate, beat_s=60.0)
        events(stream, 2)
        rest: list[bytes] = []
        reader = threading.Thread(target=lambda into=rest, s=stream: into.extend(s))
        if end == "board":
            reader.start()
            board.close()
        else:
            gate.close()
            reader.start()
        reader.join(timeout=30)
        assert not reader.is_alive()


def test_places_are_counted_and_given_back() -> None:
    gate = StreamGate(2)
    assert [gate.enter(), gate.enter(), gate.enter()] == [True, True, False]
    gate.leave()
    assert gate.enter()
    gate.leave()
    gate.close()
    assert not gate.enter()
    assert gate.open_streams == 1


def test_asking_for_the_head_takes_no_place(demo: Demo, visitor: Visitor) -> None:
    with visitor.client.head("/events") as answer:
        assert answer.status_code == 200
    assert demo.app.extensions["goldenboard"].gate.open_streams == 0


def test_a_stream_too_many_is_told_to_ask_instead(demo: Demo, visitor: Visitor) -> None:
    gate = demo.app.extensions["goldenboard"].gate
    while gate.enter():
        pass
    answer = visitor.get("/events")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.json is not None
    assert answer.json["code"] == "streams_taken"
    assert visitor.get("/api/status").status_code == 200
