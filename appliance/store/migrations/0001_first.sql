-- Every row carries the same four words of time: utc is a label for people, boot and mono_s
-- measure durations within one boot, synced says whether a time server stood behind utc.
-- Order is always that of the id: AUTOINCREMENT never gives a number twice.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE inspection (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    recipe           TEXT    NOT NULL,
    recipe_version   INTEGER NOT NULL,
    part_number      TEXT    NOT NULL,
    serial           TEXT,
    operator         TEXT,
    verdict          TEXT    CHECK (verdict IN ('PASS', 'REVIEW', 'FAIL', 'FAULT')),
    result           TEXT    NOT NULL
                     CHECK (result IN ('Passed', 'Failed', 'Error', 'Aborted', 'Skipped')),
    reason           TEXT    NOT NULL,
    aborted_reason   TEXT    NOT NULL DEFAULT '',
    result_before    TEXT,
    -- Counted once when the row is written, for a recipe has a hundred windows and pages ask
    -- for whole weeks; the rows of "window" never change.
    windows          INTEGER NOT NULL,
    defects          INTEGER NOT NULL,
    unsure           INTEGER NOT NULL,
    alignment        TEXT    CHECK (alignment IS NULL OR json_valid(alignment)),
    stages_ms        TEXT    NOT NULL CHECK (json_valid(stages_ms)),
    model_sha256s    TEXT    NOT NULL CHECK (json_valid(model_sha256s)),
    software_version TEXT    NOT NULL,
    frame            TEXT    CHECK (frame IS NULL OR json_valid(frame)),
    cpu_c            REAL,
    throttled        INTEGER CHECK (throttled IN (0, 1)),
    undervoltage     INTEGER CHECK (undervoltage IN (0, 1)),
    simulated        INTEGER NOT NULL CHECK (simulated IN (0, 1)),
    seated_utc       TEXT    NOT NULL,
    seated_boot      TEXT    NOT NULL,
    seated_mono_s    REAL    NOT NULL,
    seated_synced    INTEGER NOT NULL CHECK (seated_synced IN (0, 1)),
    utc              TEXT    NOT NULL,
    boot             TEXT    NOT NULL,
    mono_s           REAL    NOT NULL,
    synced           INTEGER NOT NULL CHECK (synced IN (0, 1)),
    -- A verdict on the board: neither a fault of the machine nor a board pulled out early.
    counts           INTEGER NOT NULL
                     GENERATED ALWAYS AS
                     (verdict IS NOT NULL AND verdict <> 'FAULT' AND result <> 'Aborted') VIRTUAL,
    duration_s       REAL
                     GENERATED ALWAYS AS
                     (CASE WHEN boot = seated_boot THEN mono_s - seated_mono_s END) VIRTUAL,
    CHECK ((verdict IS NOT NULL AND verdict = 'PASS') OR result <> 'Passed')
) STRICT;

CREATE INDEX inspection_by_time ON inspection (utc);
CREATE INDEX inspection_by_serial ON inspection (serial, part_number, id)
    WHERE serial IS NOT NULL;

CREATE TABLE window (
    inspection_id INTEGER NOT NULL REFERENCES inspection (id),
    position      INTEGER NOT NULL,
    component     TEXT    NOT NULL,
    call          TEXT    NOT NULL CHECK (call IN ('GOOD', 'UNSURE', 'DEFECT')),
    score         REAL    NOT NULL,
    review_above  REAL    NOT NULL,
    defect_above  REAL    NOT NULL,
    reason        TEXT    NOT NULL,
    PRIMARY KEY (inspection_id, component)
) STRICT, WITHOUT ROWID;

CREATE INDEX window_called ON window (inspection_id, component, call) WHERE call <> 'GOOD';

CREATE TABLE picture (
    inspection_id INTEGER NOT NULL REFERENCES inspection (id),
    name          TEXT    NOT NULL,
    path          TEXT    NOT NULL UNIQUE,
    bytes         INTEGER NOT NULL,
    sha256        TEXT    NOT NULL,
    expired_utc   TEXT,
    PRIMARY KEY (inspection_id, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX picture_kept ON picture (inspection_id, bytes) WHERE expired_utc IS NULL;

-- Only ever added to: taking an answer back is a row of its own.
CREATE TABLE review (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    inspection_id INTEGER NOT NULL,
    component     TEXT    NOT NULL,
    answer        TEXT    CHECK (answer IN ('TRUE_DEFECT', 'FALSE_CALL')),
    undoes        INTEGER UNIQUE REFERENCES review (id),
    by            TEXT    NOT NULL,
    utc           TEXT    NOT NULL,
    boot          TEXT    NOT NULL,
    mono_s        REAL    NOT NULL,
    synced        INTEGER NOT NULL CHECK (synced IN (0, 1)),
    CHECK ((answer IS NULL) <> (undoes IS NULL)),
    FOREIGN KEY (inspection_id, component) REFERENCES window (inspection_id, component)
) STRICT;

CREATE INDEX review_by_window ON review (inspection_id, component);

-- The answers that were not taken back, and of them the newest of each window. (Asked by answer,
-- not by undoes: SQLite would take the index of undoes for that and walk all answers.)
CREATE VIEW given_answer AS
SELECT r.id AS review_id, r.inspection_id, r.component, r.answer, r.by, r.utc
FROM review r
WHERE r.answer IS NOT NULL AND NOT EXISTS (SELECT 1 FROM review u WHERE u.undoes = r.id);

CREATE VIEW standing_answer AS
SELECT g.* FROM given_answer g
WHERE NOT EXISTS (
    SELECT 1 FROM given_answer n
    WHERE n.inspection_id = g.inspection_id AND n.component = g.component
      AND n.review_id > g.review_id
);

CREATE TABLE fault (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    code           TEXT    NOT NULL,
    device         TEXT    NOT NULL,
    found          TEXT    NOT NULL,
    action         TEXT    NOT NULL,
    utc            TEXT    NOT NULL,
    boot           TEXT    NOT NULL,
    mono_s         REAL    NOT NULL,
    synced         INTEGER NOT NULL CHECK (synced IN (0, 1)),
    cleared_utc    TEXT,
    cleared_boot   TEXT,
    cleared_mono_s REAL,
    cleared_synced INTEGER CHECK (cleared_synced IN (0, 1)),
    cleared_by     TEXT,
    cleared_how    TEXT
) STRICT;

CREATE INDEX fault_open ON fault (code, device) WHERE cleared_utc IS NULL;

CREATE TABLE event (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    kind   TEXT    NOT NULL,
    by     TEXT,
    detail TEXT    NOT NULL,
    utc    TEXT    NOT NULL,
    boot   TEXT    NOT NULL,
    mono_s REAL    NOT NULL,
    synced INTEGER NOT NULL CHECK (synced IN (0, 1))
) STRICT;

CREATE TABLE operator (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT    NOT NULL COLLATE NOCASE UNIQUE,
    role         TEXT    NOT NULL CHECK (role IN ('operator', 'technician', 'supervisor')),
    pin_hash     TEXT,
    badge_hash   BLOB    UNIQUE,
    pin_is_first INTEGER NOT NULL DEFAULT 0 CHECK (pin_is_first IN (0, 1)),
    active       INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    created_utc  TEXT    NOT NULL
) STRICT;
