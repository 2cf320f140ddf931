-- The bookkeeping of a store. The tables of kinds (_r_NAME) and streams (_f_NAME) are made when they are declared, each
-- with a view NAME for people. Inside, everything is named by integers; an id, 16 bytes, stands where it is given out.

-- One row. `layout` grows with every change of a table.
CREATE TABLE _state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    layout INTEGER NOT NULL
) STRICT;
INSERT INTO _state VALUES (1, 0);

-- The declared kinds and streams. Rows of their tables are numbered by the library, and no number is used twice; `next`
-- remembers that where the rows themselves are gone.
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

-- The vocabulary: names of facts and of sources, and texts of facts that several subjects share. It holds nothing that is
-- about one person, and is never shortened. The first two words, 0 and 1, take no room where they are used.
CREATE TABLE _word (
    w INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE
) STRICT;

-- The currencies in use, numbered like words. `numeric`, `code` and `exponent` are those of ISO 4217; `scale` is how many
-- minor units make one major unit.
CREATE TABLE _currency (
    c INTEGER PRIMARY KEY,
    numeric INTEGER NOT NULL UNIQUE,
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

-- The records that were deleted but not erased, so that the feed can name them.
CREATE TABLE _gone (
    n INTEGER PRIMARY KEY,
    target INTEGER NOT NULL,
    record INTEGER NOT NULL,
    id BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX _gone_id ON _gone (target, id);
CREATE INDEX _gone_record ON _gone (target, record);

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
    target INTEGER NOT NULL,
    record INTEGER NOT NULL,
    subject INTEGER,
    gone INTEGER NOT NULL
) STRICT;
