-- +goose Up

-- Recalls in ledger order, and how far the grain that they mark has been
-- found. Brought up to date with each block that touches marked grain; what a
-- recall has come to stays as it was when it ended. docs/recall.md says what
-- each column means. All weights are grams.
CREATE TABLE recall (
    cause  TEXT PRIMARY KEY,
    record BIGINT NOT NULL,
    issuer TEXT NOT NULL,
    taker  TEXT NOT NULL, -- who takes the grain back beside the issuer; may be empty
    began  TEXT NOT NULL, -- time of the block
    ended  TEXT NOT NULL  -- empty while it is in force
);
CREATE INDEX recall_record ON recall (record);

CREATE TABLE recall_holder (
    cause    TEXT NOT NULL,
    party    TEXT NOT NULL,
    held     BIGINT NOT NULL, -- in custody now
    secured  BIGINT NOT NULL, -- of that, where the party is who takes back
    transit  BIGINT NOT NULL, -- that it has sent and nobody received yet
    returned BIGINT NOT NULL, -- that it has sent back since the recall
    written  BIGINT NOT NULL, -- that it has written off since the recall
    lots     BIGINT NOT NULL, -- lots and mixes of which it has any
    PRIMARY KEY (cause, party)
) WITHOUT ROWID;

-- What a recall had come to by the end of a day in China, of days on which
-- that changed. The last row is the present.
CREATE TABLE recall_day (
    cause    TEXT NOT NULL,
    day      TEXT NOT NULL,
    held     BIGINT NOT NULL,
    secured  BIGINT NOT NULL,
    transit  BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    written  BIGINT NOT NULL,
    lost     BIGINT NOT NULL,
    PRIMARY KEY (cause, day)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE recall_day;
DROP TABLE recall_holder;
DROP TABLE recall;
