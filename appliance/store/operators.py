"""Who works at the cabinet: names, roles, badges and PINs. There is nobody until someone is
added, and no password that is the same on two units."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from appliance.durable import write_durably
from appliance.store import first_login, happenings
from appliance.store.errors import MissingError, RefusedError, StoreError, guarded
from appliance.store.first_login import FirstLogin
from appliance.store.part import Part

KEY_FILE = "badge.key"
KEY_BYTES = 32
LONGEST_SECRET = 200
FIRST_TECHNICIAN = "technician"
# 19 MiB, two passes, one lane: OWASP's smallest argon2id setting, for a unit whose service has
# to stay below 350 MB.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _hash_of_nobody() -> str:
    """Checked for names that do not exist, so that the time of an answer does not tell names."""
    return _HASHER.hash(secrets.token_urlsafe(16))


class Role(StrEnum):
    """What a person may do at the unit; what each role includes is for the pages to say."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    TECHNICIAN = "technician"


SHORTEST_PIN = {Role.OPERATOR: 4, Role.SUPERVISOR: 8, Role.TECHNICIAN: 8}
"""An operator's PIN opens nothing over the network that harms; the others' do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    operator_id: int
    name: str
    role: Role
    active: bool
    has_badge: bool
    has_pin: bool
    must_change_pin: bool
    """The PIN was made by the unit for the first sign-in."""
    created_utc: str


def _operator_of(row: sqlite3.Row) -> Operator:
    return Operator(
        operator_id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        active=bool(row["active"]),
        has_badge=row["badge_hash"] is not None,
        has_pin=row["pin_hash"] is not None,
        must_change_pin=bool(row["pin_is_first"]),
        created_utc=row["created_utc"],
    )


def _name_of(name: str) -> str:
    clean = " ".join(name.split())
    if not 1 <= len(clean) <= 60 or not clean.isprintable():
        raise RefusedError(
            f"The name has {len(clean)} characters: {clean[:60]!r}.",
            expected="A name of 1 to 60 printable characters.",
        )
    return clean


def _pin_hash(pin: str, role: Role) -> str:
    shortest = SHORTEST_PIN[role]
    if not shortest <= len(pin) <= LONGEST_SECRET:
        raise RefusedError(
            f"The PIN has {len(pin)} characters.",
            expected=f"{shortest} to {LONGEST_SECRET} characters for the role {role}.",
            action=f"Choose a PIN of at least {shortest} characters.",
        )
    return _HASHER.hash(pin)


def _is_pin(pin_hash: str | None, pin: str) -> bool:
    try:
        _HASHER.verify(pin_hash or _hash_of_nobody(), pin)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
    return pin_hash is not None


def _row(connection: sqlite3.Connection, name: str) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM operator WHERE name = ?", (" ".join(name.split()),)
    ).fetchone()
    if row is None:
        raise MissingError(f"There is nobody of the name {name!r}.")
    return row


def _refuse_without_technician(connection: sqlite3.Connection) -> None:
    left = connection.execute(
        "SELECT count(*) FROM operator"
        " WHERE role = 'technician' AND active AND pin_hash IS NOT NULL"
    ).fetchone()[0]
    if not left:
        raise RefusedError(
            "Nobody would be left who can look after the unit.",
            expected="At least one active technician with a PIN.",
            action="Add another technician first.",
        )


class OperatorsPart(Part):
    """Adding people and telling who is who. Names are the same whatever their case."""

    def add_operator(
        self, name: str, role: Role, *, pin: str | None = None, badge: str | None = None
    ) -> Operator:
        """Raises `RefusedError` for a name or badge that is taken, or a PIN that is too short."""
        clean = _name_of(name)
        pin_hash = None if pin is None else _pin_hash(pin, role)
        badge_hash = None if badge is None else self._badge_hash(badge, create=True)
        with self._database.writing(f"add {clean}") as connection:
            self._refuse_taken_badge(connection, badge_hash)
            if connection.execute("SELECT 1 FROM operator WHERE name = ?", (clean,)).fetchone():
                raise RefusedError(f"There is a {clean!r} already.")
            return _operator_of(
                connection.execute(
                    "INSERT INTO operator (name, role, pin_hash, badge_hash, created_utc)"
                    " VALUES (?, ?, ?, ?, ?) RETURNING *",
                    (clean, role, pin_hash, badge_hash, self._clock().utc),
                ).fetchone()
            )

    def operators(self, *, active_only: bool = False) -> tuple[Operator, ...]:
        """By name."""
        with self._database.reading("list the operators") as connection:
            rows = connection.execute(
                "SELECT * FROM operator WHERE active OR NOT ? ORDER BY name", (int(active_only),)
            )
            return tuple(_operator_of(row) for row in rows)

    def operator(self, name: str) -> Operator:
        """Raises `MissingError`."""
        with self._database.reading(f"look {name!r} up") as connection:
            return _operator_of(_row(connection, name))

    def verify_pin(self, name: str, pin: str) -> Operator | None:
        """The active person of this name when the PIN is right, else None; as slow for a name
        that does not exist. Limiting how often it may be tried is the caller's."""
        with self._database.reading("check a PIN") as connection:
            row = connection.execute(
                "SELECT * FROM operator WHERE name = ? AND active", (" ".join(name.split()),)
            ).fetchone()
        right = len(pin) <= LONGEST_SECRET and _is_pin(row and row["pin_hash"], pin)
        return _operator_of(row) if right and row is not None else None

    def find_badge(self, code: str) -> Operator | None:
        """The active person with this badge. Raises `StoreError` when the unit's badge key is
        gone."""
        if not self._has_badges():
            return None
        badge_hash = self._badge_hash(code, create=False)
        with self._database.reading("look a badge up") as connection:
            row = connection.execute(
                "SELECT * FROM operator WHERE badge_hash = ? AND active", (badge_hash,)
            ).fetchone()
        return None if row is None else _operator_of(row)

    def set_pin(self, name: str, pin: str) -> None:
        """Raises `MissingError`, `RefusedError` for a PIN that is too short."""
        with self._database.reading(f"look {name!r} up") as connection:
            role = Role(_row(connection, name)["role"])
        # Outside the transaction: hashing takes long, and others wait for the writer.
        pin_hash = _pin_hash(pin, role)
        with self._database.writing(f"set the PIN of {name!r}") as connection:
            connection.execute(
                "UPDATE operator SET pin_hash = ?, pin_is_first = 0 WHERE id = ? AND role = ?",
                (pin_hash, _row(connection, name)["id"], role),
            )
        self._forget_first_login()

    def set_badge(self, name: str, badge: str | None) -> None:
        """None takes the badge away. Raises `MissingError`, `RefusedError` for another's badge."""
        badge_hash = None if badge is None else self._badge_hash(badge, create=True)
        with self._database.writing(f"set the badge of {name!r}") as connection:
            number = _row(connection, name)["id"]
            self._refuse_taken_badge(connection, badge_hash, besides=number)
            connection.execute(
                "UPDATE operator SET badge_hash = ? WHERE id = ?", (badge_hash, number)
            )

    def set_active(self, name: str, active: bool) -> None:
        """Who is not active can't sign in; their name stays in the record. Raises `MissingError`,
        `RefusedError` when no technician would be left."""
        with self._database.writing(f"change {name!r}") as connection:
            row = _row(connection, name)
            connection.execute(
                "UPDATE operator SET active = ? WHERE id = ?", (int(active), row["id"])
            )
            if not active and row["role"] == Role.TECHNICIAN:
                _refuse_without_technician(connection)

    def set_role(self, name: str, role: Role, *, pin: str | None = None) -> None:
        """A role with a longer PIN wants a new PIN with it. Raises `MissingError`,
        `RefusedError`."""
        pin_hash = None if pin is None else _pin_hash(pin, role)
        with self._database.writing(f"change the role of {name!r}") as connection:
            row = _row(connection, name)
            longer = SHORTEST_PIN[role] > SHORTEST_PIN[Role(row["role"])]
            if longer and row["pin_hash"] is not None and pin_hash is None:
                raise RefusedError(
                    f"The role {role} wants a longer PIN than {row['name']} has.",
                    action="Set a new PIN together with the role.",
                )
            connection.execute(
                "UPDATE operator SET role = ?, pin_hash = coalesce(?, pin_hash) WHERE id = ?",
                (role, pin_hash, row["id"]),
            )
            if row["role"] == Role.TECHNICIAN and role is not Role.TECHNICIAN:
                _refuse_without_technician(connection)

    def ensure_first_technician(self) -> FirstLogin | None:
        """On a unit without a technician who could sign in: add one with a random PIN, returned
        and kept in `first_login`'s file until it is changed. None where there is one."""
        with self._database.reading("look for a technician") as connection:
            try:
                _refuse_without_technician(connection)
            except RefusedError:
                pass
            else:
                self._forget_first_login()
                return None
            names = {row[0].casefold() for row in connection.execute("SELECT name FROM operator")}
        name, count = FIRST_TECHNICIAN, 1
        while name in names:
            count += 1
            name = f"{FIRST_TECHNICIAN}{count}"
        pin = "-".join(secrets.token_hex(2) for _ in range(4))
        # The file first: a cut between the two leaves a PIN that opens nothing, and the next start
        # makes another. The other way round nobody could ever sign in.
        login = FirstLogin(name=name, pin=pin)
        first_login.keep(self.folder, login)
        self.add_operator(name, Role.TECHNICIAN, pin=pin)
        with self._database.writing("mark the first PIN") as connection:
            connection.execute("UPDATE operator SET pin_is_first = 1 WHERE name = ?", (name,))
            happenings.add_event(connection, "first_technician_made", None, name, self._clock())
        return login

    def _forget_first_login(self) -> None:
        """Once nobody has a first PIN any more."""
        if not any(who.must_change_pin for who in self.operators()):
            first_login.forget(self.folder)

    # -- badges ----------------------------------------------------------------------------

    def _has_badges(self) -> bool:
        with self._database.reading("look for badges") as connection:
            found = connection.execute(
                "SELECT 1 FROM operator WHERE badge_hash IS NOT NULL LIMIT 1"
            ).fetchone()
        return found is not None

    def _refuse_taken_badge(
        self, connection: sqlite3.Connection, badge_hash: bytes | None, besides: int | None = None
    ) -> None:
        row = connection.execute(
            "SELECT name FROM operator WHERE badge_hash = ? AND id IS NOT ?", (badge_hash, besides)
        ).fetchone()
        if row is not None:
            raise RefusedError(f"This badge is {row['name']}'s.")

    def _badge_hash(self, badge: str, *, create: bool) -> bytes:
        """Keyed, for it has to be found by: a list of hashes without the key tells no badge."""
        code = badge.strip()
        if not 1 <= len(code) <= LONGEST_SECRET:
            raise RefusedError(
                f"The badge's code has {len(code)} characters.",
                expected=f"1 to {LONGEST_SECRET} characters.",
            )
        return hmac.digest(self._badge_key(create=create), code.encode(), hashlib.sha256)

    def _badge_key(self, *, create: bool) -> bytes:
        file = self.folder / KEY_FILE
        with guarded("read the badge key", self.folder):
            key = _read_key(file)
            if key is None and create and not self._has_badges():
                key = secrets.token_bytes(KEY_BYTES)
                write_durably(file, key, mode=0o600)
        if key is None or len(key) != KEY_BYTES:
            raise StoreError(
                f"The badge key {KEY_FILE} is missing or damaged, so no badge can be told.",
                expected=f"A file of {KEY_BYTES} bytes beside the database.",
                action="Bring it back from a backup, or take every badge away and scan them anew.",
            )
        return key


def _read_key(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
