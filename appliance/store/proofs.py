"""Studies and challenge boards: the tag that an inspection gets with its row, and what is read."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from appliance.proof.outcome import Outcome, missed, outcome
from appliance.proof.plan import Plan, Turn
from appliance.proof.trials import Trial
from appliance.store.clock import Moment
from appliance.store.errors import MissingError, RefusedError
from appliance.store.part import Part
from appliance.store.proof_values import Challenge, ChallengeBoard, Proven, StudyRow
from appliance.store.records import InspectionRecord
from appliance.store.rows import moment_columns, moment_of
from appliance.terms import Call

UNTAGGED = "NOT EXISTS (SELECT 1 FROM tag t WHERE t.inspection_id = i.id)"
"""The condition that keeps boards of studies and challenges out of every yield."""


def tag(connection: sqlite3.Connection, number: int, record: InspectionRecord) -> None:
    """In the transaction that writes the inspection: say so if its board was put in to try the
    machine. A challenge board is one in a study, too."""
    if record.serial is None:
        return
    row = connection.execute(
        "SELECT id, windows FROM challenge_board"
        " WHERE part_number = ? AND serial = ? AND retired_utc IS NULL",
        (record.part_number, record.serial),
    ).fetchone()
    if row is not None:
        bad = json.loads(row["windows"])
        connection.execute(
            "INSERT INTO tag (inspection_id, challenge_board_id, outcome, missed)"
            " VALUES (?, ?, ?, ?)",
            (
                number,
                row["id"],
                outcome(bad, record.windows, record.verdict),
                json.dumps(missed(bad, record.windows)),
            ),
        )
        return
    study = _under_way(connection)
    if study is None or study.part_number != record.part_number:
        return
    if record.serial not in study.plan.boards:
        return
    same = (study.recipe, study.recipe_version) == (record.recipe, record.recipe_version)
    turn = _turn(study, record) if same else None
    connection.execute(
        "INSERT INTO tag (inspection_id, study_id, repeat, in_order) VALUES (?, ?, ?, ?)",
        (
            number,
            study.study_id,
            None if turn is None else turn.repeat,
            None if turn is None else int(turn == study.next),
        ),
    )


def _turn(study: StudyRow, record: InspectionRecord) -> Turn | None:
    for turn in study.plan.left(study.done):
        if (turn.operator, turn.board) == (record.operator, record.serial):
            return turn
    return None


def _plan_text(plan: Plan) -> str:
    return json.dumps(
        {
            "boards": plan.boards,
            "operators": plan.operators,
            "repeats": plan.repeats,
            "seed": plan.seed,
            "bad": dict(plan.bad),
        }
    )


def _plan_of(text: str) -> Plan:
    facts = json.loads(text)
    return Plan(
        boards=tuple(facts["boards"]),
        operators=tuple(facts["operators"]),
        repeats=facts["repeats"],
        seed=facts["seed"],
        bad={board: tuple(windows) for board, windows in facts["bad"].items()},
    )


_OF_STUDY = "FROM tag t JOIN inspection i ON i.id = t.inspection_id"
_IS_DONE = "WHERE t.study_id = ? AND t.repeat IS NOT NULL AND i.counts"


def _study_of(connection: sqlite3.Connection, row: sqlite3.Row) -> StudyRow:
    done = connection.execute(
        f"SELECT i.operator, t.repeat, i.serial, t.in_order {_OF_STUDY} {_IS_DONE} ORDER BY i.id",
        (row["id"],),
    ).fetchall()
    return StudyRow(
        study_id=row["id"],
        name=row["name"],
        recipe=row["recipe"],
        recipe_version=row["recipe_version"],
        part_number=row["part_number"],
        plan=_plan_of(row["plan"]),
        by=row["by"],
        begun=moment_of(row),
        ended_utc=row["ended_utc"],
        done=tuple(Turn(operator=d[0], repeat=d[1], board=d[2]) for d in done),
        out_of_order=sum(not d[3] for d in done),
    )


def _under_way(connection: sqlite3.Connection) -> StudyRow | None:
    row = connection.execute("SELECT * FROM study WHERE ended_utc IS NULL").fetchone()
    return None if row is None else _study_of(connection, row)


def _board_of(row: sqlite3.Row) -> ChallengeBoard:
    return ChallengeBoard(
        board_id=row["id"],
        part_number=row["part_number"],
        serial=row["serial"],
        windows=tuple(json.loads(row["windows"])),
        by=row["by"],
        utc=row["utc"],
    )


_CHALLENGE = """
SELECT t.inspection_id, c.serial, i.utc, t.outcome, t.missed, r.by AS released_by,
    r.words AS released_words
FROM tag t JOIN challenge_board c ON c.id = t.challenge_board_id
JOIN inspection i ON i.id = t.inspection_id
LEFT JOIN release r ON r.inspection_id = t.inspection_id
"""


def _challenge_of(row: sqlite3.Row) -> Challenge:
    facts = dict(row)
    facts["missed"] = tuple(json.loads(row["missed"]))
    return Challenge(**facts)


class ProofPart(Part):
    """What proves the machine, for the controller's guard, the page and the acceptance sheet."""

    def begin_study(
        self,
        name: str,
        *,
        recipe: str,
        recipe_version: int,
        part_number: str,
        plan: Plan,
        by: str,
    ) -> int:
        """Raises `RefusedError` when the name is taken or another study is under way."""
        with self._database.writing("begin a study") as connection:
            other = _under_way(connection)
            if other is not None:
                raise RefusedError(
                    f"The study {other.name} is under way.", action="End it before the next."
                )
            if connection.execute("SELECT 1 FROM study WHERE name = ?", (name,)).fetchone():
                raise RefusedError(f"There is a study {name}.", action="Choose another name.")
            columns: dict[str, Any] = {
                "name": name,
                "recipe": recipe,
                "recipe_version": recipe_version,
                "part_number": part_number,
                "plan": _plan_text(plan),
                "by": by,
                **moment_columns(self._clock()),
            }
            names, holders = ", ".join(columns), ", ".join(f":{each}" for each in columns)
            row = connection.execute(
                f"INSERT INTO study ({names}) VALUES ({holders}) RETURNING id", columns
            ).fetchone()
            return int(row[0])

    def end_study(self, study_id: int, by: str) -> None:
        """What it has stays, nothing is added any more. Ended twice, the first time stands."""
        with self._database.writing("end a study") as connection:
            connection.execute(
                "UPDATE study SET ended_utc = ?, ended_by = ? WHERE id = ? AND ended_utc IS NULL",
                (self._clock().utc, by, study_id),
            )

    def studies(self) -> tuple[StudyRow, ...]:
        """Newest first."""
        with self._database.reading("list the studies") as connection:
            rows = connection.execute("SELECT * FROM study ORDER BY id DESC").fetchall()
            return tuple(_study_of(connection, row) for row in rows)

    def study(self, study_id: int) -> StudyRow:
        """Raises `MissingError`."""
        with self._database.reading("read a study") as connection:
            row = connection.execute("SELECT * FROM study WHERE id = ?", (study_id,)).fetchone()
            if row is None:
                raise MissingError(f"There is no study {study_id}.")
            return _study_of(connection, row)

    def trials(self, study_id: int) -> tuple[Trial, ...]:
        """Every window of every turn that was made, in the order of the inspections."""
        plan = self.study(study_id).plan
        with self._database.reading("read a study's windows") as connection:
            return tuple(
                Trial(
                    board=row["serial"],
                    operator=row["operator"],
                    repeat=row["repeat"],
                    component=row["component"],
                    call=Call(row["call"]),
                    score=row["score"],
                    review_above=row["review_above"],
                    reference=plan.reference(row["serial"], row["component"]),
                )
                for row in connection.execute(
                    "SELECT i.serial, i.operator, t.repeat, w.component, w.call, w.score,"
                    f" w.review_above {_OF_STUDY} JOIN window w ON w.inspection_id = i.id"
                    f" {_IS_DONE} ORDER BY i.id, w.position",
                    (study_id,),
                )
            )

    def now(self) -> Moment:
        """By the record's own clock."""
        return self._clock()

    # -- challenge boards --------------------------------------------------------------------

    def add_challenge_board(
        self, part_number: str, serial: str, windows: tuple[str, ...], by: str
    ) -> int:
        """Raises `RefusedError` without a window and for a serial that is registered."""
        if not windows or not serial or not part_number:
            raise RefusedError(
                "A challenge board has a part number, a serial and a window that is bad.",
                action="Name the windows that must not be called good.",
            )
        with self._database.writing("register a challenge board") as connection:
            known = connection.execute(
                "SELECT 1 FROM challenge_board WHERE part_number = ? AND serial = ?"
                " AND retired_utc IS NULL",
                (part_number, serial),
            ).fetchone()
            if known:
                raise RefusedError(f"{serial} is registered.", action="Retire it first.")
            row = connection.execute(
                "INSERT INTO challenge_board (part_number, serial, windows, by, utc)"
                " VALUES (?, ?, ?, ?, ?) RETURNING id",
                (part_number, serial, json.dumps(windows), by, self._clock().utc),
            ).fetchone()
            return int(row[0])

    def retire_challenge_board(self, board_id: int, by: str) -> None:
        """From now on a board as any other; what it showed stays."""
        with self._database.writing("retire a challenge board") as connection:
            connection.execute(
                "UPDATE challenge_board SET retired_utc = ?, retired_by = ?"
                " WHERE id = ? AND retired_utc IS NULL",
                (self._clock().utc, by, board_id),
            )

    def challenge_boards(self) -> tuple[ChallengeBoard, ...]:
        """Those in use."""
        with self._database.reading("list the challenge boards") as connection:
            return tuple(
                _board_of(row)
                for row in connection.execute(
                    "SELECT * FROM challenge_board WHERE retired_utc IS NULL"
                    " ORDER BY part_number, serial"
                )
            )

    def challenges(self, *, limit: int = 20) -> tuple[Challenge, ...]:
        """Newest first."""
        with self._database.reading("list the challenges") as connection:
            return tuple(
                _challenge_of(row)
                for row in connection.execute(
                    f"{_CHALLENGE} ORDER BY t.inspection_id DESC LIMIT ?", (limit,)
                )
            )

    def proven(
        self, *, recipe: str, recipe_version: int, part_number: str, software: str, simulated: bool
    ) -> Proven:
        """A challenge counts for the recipe's version and the software that it was judged by: what
        another one saw says nothing of this one."""
        with self._database.reading("read what is proven") as connection:
            boards = connection.execute(
                "SELECT * FROM challenge_board WHERE retired_utc IS NULL AND part_number = ?"
                " ORDER BY serial",
                (part_number,),
            ).fetchall()
            last = connection.execute(
                "SELECT i.* FROM tag t JOIN inspection i ON i.id = t.inspection_id"
                " JOIN challenge_board c ON c.id = t.challenge_board_id"
                " WHERE t.outcome = 'passed' AND i.counts AND i.recipe = ?"
                " AND i.recipe_version = ? AND i.part_number = ? AND i.software_version = ?"
                " AND i.simulated = ? ORDER BY i.id DESC LIMIT 1",
                (recipe, recipe_version, part_number, software, int(simulated)),
            ).fetchone()
            alarm = connection.execute(
                f"{_CHALLENGE} WHERE t.outcome = 'missed' AND r.inspection_id IS NULL"
                " ORDER BY t.inspection_id LIMIT 1"
            ).fetchone()
            last_missed = connection.execute(
                "SELECT max(inspection_id) FROM tag WHERE outcome = 'missed'"
            ).fetchone()[0]
            study = _under_way(connection)
        if study and (study.recipe, study.recipe_version) != (recipe, recipe_version):
            study = None
        return Proven(
            boards=tuple(_board_of(row) for row in boards),
            last_passed=None if last is None else moment_of(last),
            alarm=None if alarm is None else _challenge_of(alarm),
            last_missed=last_missed,
            study=study,
        )

    def release_challenge(self, inspection_id: int, by: str, words: str) -> None:
        """A technician has found out why the challenge was missed. Raises `RefusedError` without
        words, `MissingError` for what is no missed challenge; released twice, the first stands."""
        if not words.strip():
            raise RefusedError(
                "Nothing is said of what was found.",
                action="Write why the board was missed and what was done.",
            )
        with self._database.writing("release a missed challenge") as connection:
            row = connection.execute(
                "SELECT 1 FROM tag WHERE inspection_id = ? AND outcome = ?",
                (inspection_id, Outcome.MISSED),
            ).fetchone()
            if row is None:
                raise MissingError(f"Inspection {inspection_id} is no missed challenge.")
            moment: Moment = self._clock()
            connection.execute(
                "INSERT OR IGNORE INTO release (inspection_id, by, words, utc, boot, mono_s,"
                " synced) VALUES (:id, :by, :words, :utc, :boot, :mono_s, :synced)",
                {"id": inspection_id, "by": by, "words": words.strip(), **moment_columns(moment)},
            )
