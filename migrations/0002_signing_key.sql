-- What this server signs exported models with: one row, made once, so that all processes on this database sign alike and
-- take each other's models. `private_key` is PKCS #8, `certificate` X.509, both DER.
create table signing_key (
    id smallint not null primary key,
    private_key bytea not null,
    certificate bytea not null,
    created_at_us bigint not null
);
