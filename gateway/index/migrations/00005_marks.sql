-- +goose Up

-- The marks of a node, in force or not. A file of an earlier version lacks
-- what its blocks say of them, so it is built again.
CREATE TABLE mark (
    node  BIGINT NOT NULL,
    kind  TEXT NOT NULL,
    cause TEXT NOT NULL, -- id of the record that caused it, or many
    PRIMARY KEY (node, kind, cause)
) WITHOUT ROWID;
CREATE INDEX mark_cause ON mark (cause, node);

CREATE TABLE cause (
    id     TEXT PRIMARY KEY,
    kind   TEXT NOT NULL,
    lifted INTEGER NOT NULL, -- 1 once it is
    record BIGINT NOT NULL,
    value  TEXT NOT NULL
);

-- What spreading has still to do: marks in force that a parent has and its
-- child lacks. A row goes when the child is marked or the cause lifted.
CREATE TABLE late (
    parent BIGINT NOT NULL,
    child  BIGINT NOT NULL,
    record BIGINT NOT NULL, -- of the edge
    kind   TEXT NOT NULL,
    cause  TEXT NOT NULL,
    PRIMARY KEY (parent, child, record, kind, cause)
) WITHOUT ROWID;
CREATE INDEX late_child ON late (child);
CREATE INDEX late_cause ON late (cause);

ALTER TABLE record ADD COLUMN voided TEXT NOT NULL DEFAULT ''; -- by what, and what replaces it

-- +goose Down
ALTER TABLE record DROP COLUMN voided;
DROP TABLE late;
DROP TABLE cause;
DROP TABLE mark;
