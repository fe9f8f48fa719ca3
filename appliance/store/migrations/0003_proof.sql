-- Boards that are put in to try the machine: those of a study and those known to be bad. Their
-- inspections carry a tag, written with them, and are in no yield.

CREATE TABLE study (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    name           TEXT    NOT NULL COLLATE NOCASE UNIQUE,
    recipe         TEXT    NOT NULL,
    recipe_version INTEGER NOT NULL,
    part_number    TEXT    NOT NULL,
    plan           TEXT    NOT NULL CHECK (json_valid(plan)),
    by             TEXT    NOT NULL,
    utc            TEXT    NOT NULL,
    boot           TEXT    NOT NULL,
    mono_s         REAL    NOT NULL,
    synced         INTEGER NOT NULL CHECK (synced IN (0, 1)),
    ended_utc      TEXT,
    ended_by       TEXT
) STRICT;

-- One at a time: an inspection belongs to one study at most.
CREATE UNIQUE INDEX study_under_way ON study ((ended_utc IS NULL)) WHERE ended_utc IS NULL;

CREATE TABLE challenge_board (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    part_number TEXT    NOT NULL,
    serial      TEXT    NOT NULL,
    windows     TEXT    NOT NULL CHECK (json_valid(windows) AND json_array_length(windows) > 0),
    by          TEXT    NOT NULL,
    utc         TEXT    NOT NULL,
    retired_utc TEXT,
    retired_by  TEXT
) STRICT;

CREATE UNIQUE INDEX challenge_board_in_use ON challenge_board (part_number, serial)
    WHERE retired_utc IS NULL;

CREATE TABLE tag (
    inspection_id      INTEGER PRIMARY KEY REFERENCES inspection (id),
    study_id           INTEGER REFERENCES study (id),
    -- Whose how-manieth insertion of this board it was; NULL where the plan had none left.
    repeat             INTEGER,
    in_order           INTEGER CHECK (in_order IN (0, 1)),
    challenge_board_id INTEGER REFERENCES challenge_board (id),
    outcome            TEXT CHECK (outcome IN ('passed', 'missed', 'not judged')),
    missed             TEXT CHECK (missed IS NULL OR json_valid(missed)),
    CHECK ((study_id IS NULL) <> (challenge_board_id IS NULL)),
    CHECK ((challenge_board_id IS NULL) = (outcome IS NULL))
) STRICT;

CREATE INDEX tag_of_study ON tag (study_id) WHERE study_id IS NOT NULL;
CREATE INDEX tag_of_challenge ON tag (challenge_board_id, inspection_id)
    WHERE challenge_board_id IS NOT NULL;

-- A missed challenge is an alarm until a technician has written what was done.
CREATE TABLE release (
    inspection_id INTEGER PRIMARY KEY REFERENCES tag (inspection_id),
    by            TEXT    NOT NULL,
    words         TEXT    NOT NULL,
    utc           TEXT    NOT NULL,
    boot          TEXT    NOT NULL,
    mono_s        REAL    NOT NULL,
    synced        INTEGER NOT NULL CHECK (synced IN (0, 1))
) STRICT;
