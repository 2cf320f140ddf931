-- The bookkeeping of a store. The tables of kinds (_r_NAME) and streams (_f_NAME) are made when they are declared, each
-- with a view NAME for people. Inside, everything is named by integers; an id, 16 bytes, stands where it is given out.

-- One row. `layout` grows with every change of a table; `next_record` is never smaller than a key that was ever used.
CREATE TABLE _state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    layout INTEGER NOT NULL,
    next_record INTEGER NOT NULL
) STRICT;
INSERT INTO _state VALUES (1, 0, 1);

-- The declared kinds and streams. `next` is never smaller than a row number that the stream's table ever used.
CREATE TABLE _target (
    t INTEGER PRIMARY KEY,
    sort TEXT NOT NULL CHECK (sort IN ('kind', 'stream')),
    name TEXT NOT NULL,
    next INTEGER NOT NULL DEFAULT 1,
    UNIQUE (sort, name)
) STRICT;

-- The declared fields, in the order of declaration, each with its column; without one it is kept in `extra`.
CREATE TABLE _field (
    f INTEGER PRIMARY KEY,
    target INTEGER NOT NULL REFERENCES _target,
    name TEXT NOT NULL,
    column_name TEXT,
    declaration TEXT NOT NULL,
    UNIQUE (target, name)
) STRICT;

-- The words of the vocabulary: names of facts and of sources. They hold no personal data and are never removed.
CREATE TABLE _word (
    w INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE
) STRICT;

-- ISO 4217, for the views. `scale` is how many minor units make one major unit.
CREATE TABLE _currency (
    numeric INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    exponent INTEGER NOT NULL,
    scale INTEGER NOT NULL
) STRICT;

-- Whom records and facts are about. An erased subject keeps this row and nothing else.
CREATE TABLE _subject (
    k INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    erased INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Every record that exists, and every one that was deleted but not erased, so that the feed can name it.
CREATE TABLE _record (
    k INTEGER PRIMARY KEY,
    target INTEGER NOT NULL,
    id BLOB NOT NULL,
    subject INTEGER
) STRICT;
CREATE UNIQUE INDEX _record_id ON _record (target, id);
CREATE INDEX _record_subject ON _record (subject, target) WHERE subject IS NOT NULL;

-- The keys of records. `hash` stands for kind, name and value; the value itself is in the record's own row.
CREATE TABLE _key (
    n INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    is_unique INTEGER NOT NULL,
    record INTEGER NOT NULL
) STRICT;
CREATE INDEX _key_hash ON _key (hash, is_unique, record);

-- The feed. `key` stands for the change set's own key; `touched` is JSON that holds ranges of row numbers.
CREATE TABLE _commit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    key BLOB,
    appended INTEGER NOT NULL,
    written INTEGER NOT NULL,
    touched TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX _commit_key ON _commit (key) WHERE key IS NOT NULL;

-- The records that commits put or removed, and whom they were about then.
CREATE TABLE _touched (
    n INTEGER PRIMARY KEY,
    record INTEGER NOT NULL,
    subject INTEGER,
    gone INTEGER NOT NULL
) STRICT;
