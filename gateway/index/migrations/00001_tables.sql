-- +goose Up

-- The statements here and in the Go files are common to SQLite and PostgreSQL,
-- but for three words that postgres.go translates: WITHOUT ROWID goes, INTEGER
-- PRIMARY KEY is BIGINT, and TEXT is ordered by its bytes. Numbers named num
-- are given by the index in ledger order; state values are kept as the ledger
-- has them, JSON.

-- One row a block. The last one says where to go on; its counters are sums
-- from the first block to this one.
CREATE TABLE block (
    number   BIGINT PRIMARY KEY,
    hash     TEXT NOT NULL,
    time     TEXT NOT NULL,
    txs      BIGINT NOT NULL,
    records  BIGINT NOT NULL, -- the number given to the last record
    lots     BIGINT NOT NULL,
    mixes    BIGINT NOT NULL,
    edges    BIGINT NOT NULL,
    retail   BIGINT NOT NULL,
    sequence BIGINT NOT NULL  -- the last sequence number given to a node
);

CREATE TABLE tx (
    num      INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    block    BIGINT NOT NULL,
    time     TEXT NOT NULL,
    code     TEXT NOT NULL,
    function TEXT NOT NULL,
    response TEXT NOT NULL -- verdicts; empty where the transaction has none
);

CREATE TABLE record (
    num         INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    type        TEXT NOT NULL,
    issuer      TEXT NOT NULL,
    ref         TEXT NOT NULL,
    occurred_at TEXT NOT NULL,
    tx          BIGINT NOT NULL REFERENCES tx (num),
    place       INTEGER NOT NULL, -- among the records of the transaction
    flags       TEXT NOT NULL,
    sealed      TEXT NOT NULL,    -- names of its sealed parts
    cosigned    TEXT NOT NULL,
    envelope    TEXT NOT NULL,    -- as it came
    UNIQUE (issuer, ref)
);

-- Envelopes of records that were accepted before and came again with the
-- signature of a counterparty.
CREATE TABLE cosignature (
    record   BIGINT NOT NULL REFERENCES record (num),
    tx       BIGINT NOT NULL REFERENCES tx (num),
    place    INTEGER NOT NULL,
    envelope TEXT NOT NULL,
    PRIMARY KEY (record, tx, place)
) WITHOUT ROWID;

-- A node of the lot graph. Parents have a smaller seq than their children.
CREATE TABLE node (
    num   INTEGER PRIMARY KEY,
    id    TEXT NOT NULL UNIQUE,
    seq   BIGINT NOT NULL,
    kind  TEXT NOT NULL, -- the type of the record that made the lot, or mix
    epoch TEXT,          -- of a mix: <bin>:<epoch>
    mix   INTEGER        -- of a mix: its number in the epoch
);
CREATE INDEX node_epoch ON node (epoch, mix) WHERE epoch IS NOT NULL;

CREATE TABLE edge (
    child  BIGINT NOT NULL,
    parent BIGINT NOT NULL,
    record BIGINT NOT NULL,
    grams  BIGINT NOT NULL,
    PRIMARY KEY (child, parent, record)
) WITHOUT ROWID;
CREATE INDEX edge_parent ON edge (parent);

CREATE TABLE lot (
    node  INTEGER PRIMARY KEY REFERENCES node (num),
    state TEXT NOT NULL,
    stock TEXT NOT NULL
);

-- Which records made or moved a node.
CREATE TABLE record_node (
    node   BIGINT NOT NULL,
    record BIGINT NOT NULL,
    PRIMARY KEY (node, record)
) WITHOUT ROWID;

CREATE TABLE retail (
    node  INTEGER PRIMARY KEY REFERENCES node (num),
    gtin  TEXT NOT NULL,
    batch TEXT NOT NULL,
    UNIQUE (gtin, batch)
);

CREATE TABLE shipment (
    key    TEXT PRIMARY KEY,
    lot    BIGINT NOT NULL,
    record BIGINT NOT NULL,
    transit BIGINT NOT NULL, -- grams, while it is on its way
    value  TEXT NOT NULL
);
CREATE INDEX shipment_lot ON shipment (lot, record);

CREATE TABLE inspection (
    key    TEXT PRIMARY KEY,
    target TEXT NOT NULL, -- lot id or bin code
    record BIGINT NOT NULL,
    value  TEXT NOT NULL
);
CREATE INDEX inspection_target ON inspection (target, record);

CREATE TABLE signing_key (
    id    TEXT PRIMARY KEY,
    uscc  TEXT NOT NULL,
    value TEXT NOT NULL
);
CREATE INDEX signing_key_uscc ON signing_key (uscc);

-- Sealed parts that the private collection has held.
CREATE TABLE sealed (
    part  TEXT PRIMARY KEY,
    state TEXT NOT NULL
);

-- Everything else of the world state, by its key.
CREATE TABLE state (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- +goose Down
DROP TABLE state;
DROP TABLE sealed;
DROP TABLE signing_key;
DROP TABLE inspection;
DROP TABLE shipment;
DROP TABLE retail;
DROP TABLE record_node;
DROP TABLE lot;
DROP TABLE edge;
DROP TABLE node;
DROP TABLE cosignature;
DROP TABLE record;
DROP TABLE tx;
DROP TABLE block;
