-- +goose Up

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
