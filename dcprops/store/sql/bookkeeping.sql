-- What a store keeps beside its events.

-- One row: which form the tables have, and which store this is.
CREATE TABLE store (
    form INTEGER NOT NULL,
    store_id UUID NOT NULL,
    hash_probe VARCHAR NOT NULL
);

-- One row for each append that stored events: how many, what they digest to, and the chain of all digests so far.
CREATE TABLE batches (
    batch BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    digest VARCHAR NOT NULL,
    chain VARCHAR NOT NULL,
    appended_at TIMESTAMP WITH TIME ZONE NOT NULL
);

-- Documents that were refused: where they stood in what was appended, which rule they break, and their text.
CREATE TABLE quarantine (
    batch BIGINT NOT NULL,
    line BIGINT NOT NULL,
    field VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    message VARCHAR NOT NULL,
    raw BLOB NOT NULL
);
