-- +goose Up

-- Sealed parts that the private collection has held, by the SHA-256 of their
-- name, hex: a block names them in no other way. SQL cannot compute it from
-- the names that version 1 has, so a file of that version is built again.
DROP TABLE sealed;
CREATE TABLE sealed (
    key_hash TEXT PRIMARY KEY,
    state    TEXT NOT NULL
);

-- +goose Down
DROP TABLE sealed;
CREATE TABLE sealed (
    part  TEXT PRIMARY KEY,
    state TEXT NOT NULL
);
