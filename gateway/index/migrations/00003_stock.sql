-- +goose Up

-- Children of a node in ledger order, as a walk down goes through them.
DROP INDEX edge_parent;
CREATE INDEX edge_parent ON edge (parent, child, record);

-- +goose Down
DROP INDEX edge_parent;
CREATE INDEX edge_parent ON edge (parent);
