-- The list of PSPs, replaced as a whole; every version stays.
CREATE TABLE psp_lists (
    version bigint NOT NULL CONSTRAINT psp_lists_pkey PRIMARY KEY
        CONSTRAINT psp_lists_version_check CHECK (version >= 1),
    is_current boolean NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX psp_lists_one_current ON psp_lists (is_current) WHERE is_current;

CREATE TABLE psps (
    version bigint NOT NULL CONSTRAINT psps_version_fkey REFERENCES psp_lists,
    -- The place in the list as it was sent.
    ordinal integer NOT NULL,
    psp_id text NOT NULL,
    business_name text NOT NULL,
    tax_code text,
    is_enabled boolean NOT NULL,
    CONSTRAINT psps_pkey PRIMARY KEY (version, psp_id)
);

CREATE TABLE psp_channels (
    version bigint NOT NULL,
    psp_id text NOT NULL,
    ordinal integer NOT NULL,
    channel_id text NOT NULL,
    payment_method text NOT NULL,
    start_url text NOT NULL,
    names jsonb NOT NULL,
    -- Ascending bands: an amount up to band_limits[i] costs band_fees[i].
    band_limits bigint[] NOT NULL,
    band_fees bigint[] NOT NULL,
    CONSTRAINT psp_channels_pkey PRIMARY KEY (version, psp_id, channel_id, payment_method),
    CONSTRAINT psp_channels_psp_fkey FOREIGN KEY (version, psp_id) REFERENCES psps,
    CONSTRAINT psp_channels_bands_check
        CHECK (cardinality(band_limits) >= 1 AND cardinality(band_limits) = cardinality(band_fees))
);
