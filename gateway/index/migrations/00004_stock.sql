-- +goose Up

-- Children of a node in ledger order, as a walk down goes through them.
DROP INDEX edge_parent;
CREATE INDEX edge_parent ON edge (parent, child, record);

-- The year in which all of a node was harvested; 0 where it is not known or
-- there are several.
ALTER TABLE node ADD COLUMN year INTEGER NOT NULL DEFAULT 0;

-- Who owns and who holds the grain that there is now: of lots by their parties,
-- of bins under the mix that is in them. What a party has none of any more has
-- no row.
CREATE TABLE stock (
    node    BIGINT NOT NULL,
    party   TEXT NOT NULL,
    place   TEXT NOT NULL,    -- code of the bin; empty of a lot
    variety TEXT NOT NULL,
    nature  TEXT NOT NULL,
    product TEXT NOT NULL,
    year    INTEGER NOT NULL, -- as of the node
    owned   BIGINT NOT NULL,  -- grams
    held    BIGINT NOT NULL,  -- grams in custody
    PRIMARY KEY (node, party)
) WITHOUT ROWID;
CREATE INDEX stock_party ON stock (party, node);
CREATE INDEX stock_place ON stock (place);

-- +goose Down
DROP TABLE stock;
ALTER TABLE node DROP COLUMN year;
DROP INDEX edge_parent;
CREATE INDEX edge_parent ON edge (parent);
