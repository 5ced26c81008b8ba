-- +goose Up

-- Which lots a party owns or holds; held is 0 where it no longer does.
CREATE TABLE holding (
    party TEXT NOT NULL,
    node  BIGINT NOT NULL,
    held  INTEGER NOT NULL,
    PRIMARY KEY (party, node)
) WITHOUT ROWID;

-- Shipments by who is to receive them; open is 0 where they no longer come.
CREATE TABLE inbound (
    party  TEXT NOT NULL,
    record BIGINT NOT NULL,
    key    TEXT NOT NULL UNIQUE,
    open   INTEGER NOT NULL
);
CREATE INDEX inbound_party ON inbound (party, record) WHERE open = 1;

-- +goose Down
DROP TABLE inbound;
DROP TABLE holding;
