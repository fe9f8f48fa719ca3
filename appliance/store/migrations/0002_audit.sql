-- Events become a chain: each row holds the hash of the row before it and its own (audit.py says
-- of what). Rows from before this version carry none; the first chained row's "previous" is the
-- hash of all of them.
ALTER TABLE event ADD COLUMN previous TEXT;
ALTER TABLE event ADD COLUMN hash TEXT;

-- Nothing that goes through SQLite changes or removes a row, REPLACE included: that one deletes
-- without asking delete triggers, so a row may only be added behind the last, linked to it.
CREATE TRIGGER event_is_added_behind_the_last BEFORE INSERT ON event
WHEN NEW.hash IS NULL OR NEW.previous IS NULL
    OR NEW.id <= (SELECT coalesce(max(id), 0) FROM event)
    OR NEW.previous <> (SELECT coalesce(hash, NEW.previous) FROM event ORDER BY id DESC LIMIT 1)
BEGIN
    SELECT RAISE(ABORT, 'an event is only ever added behind the last one');
END;

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN
    SELECT RAISE(ABORT, 'an event is never changed');
END;

CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN
    SELECT RAISE(ABORT, 'an event is never deleted');
END;

-- The same for people's answers, which the events name.
CREATE TRIGGER review_is_added_behind_the_last BEFORE INSERT ON review
WHEN NEW.id <= (SELECT coalesce(max(id), 0) FROM review) AND NEW.id > 0
BEGIN
    SELECT RAISE(ABORT, 'an answer is only ever added behind the last one');
END;

CREATE TRIGGER review_is_never_changed BEFORE UPDATE ON review
BEGIN
    SELECT RAISE(ABORT, 'an answer is never changed');
END;

CREATE TRIGGER review_is_never_deleted BEFORE DELETE ON review
BEGIN
    SELECT RAISE(ABORT, 'an answer is never deleted');
END;
