-- One text for SQLite and PostgreSQL. Times are microseconds since 1970; ids and times are made by the program, so that
-- both databases (and a replay) agree on them.

-- The learning loops. Settings and model are not here: they are facts in the loop's log. A key is stored as its SHA-256
-- and found by it. `is_removed` lets a long log go in small steps: such a loop is already gone for everybody.
create table loop (
    id text not null primary key,
    name text not null,
    created_at_us bigint not null,
    salt bigint not null,
    key_0_hash bytea not null,
    key_0_last4 text not null,
    key_0_created_at_us bigint not null,
    key_1_hash bytea not null,
    key_1_last4 text not null,
    key_1_created_at_us bigint not null,
    is_removed boolean not null
);

-- The facts of every loop, in order; everything else about a loop is a fold over them. Rows are only ever added at the
-- end and removed by retention. `kind` and `body` belong to the program; kind 1 is a Rank.
create table log_record (
    loop_id text not null references loop (id) on delete cascade,
    seq bigint not null,
    at_us bigint not null,
    kind smallint not null,
    event_id text,
    body bytea not null,
    primary key (loop_id, seq)
);

-- An event is ranked once: this is what makes a repeated Rank a repeat, whichever process receives it.
create unique index log_record_ranked on log_record (loop_id, event_id) where kind = 1;

-- Finds the later facts of one event. The Rank is in the index above, so each record is in one of the two.
create index log_record_later on log_record (loop_id, event_id) where kind <> 1 and event_id is not null;

-- Finds the history of settings and models among millions of events, which are not worth an entry each.
create index log_record_settings on log_record (loop_id, kind, seq) where kind in (4, 5, 6);

-- A loop folded up to and including one record, so that a start need not read the whole log.
create table snapshot (
    loop_id text not null references loop (id) on delete cascade,
    seq bigint not null,
    at_us bigint not null,
    body bytea not null,
    primary key (loop_id, seq)
);

-- Actions that an operator defined for a loop, for callers that send none.
create table action (
    loop_id text not null references loop (id) on delete cascade,
    id text not null,
    features text not null,
    is_active boolean not null,
    valid_from_us bigint,
    valid_to_us bigint,
    notes text not null,
    position bigint not null,
    updated_at_us bigint not null,
    updated_by text not null,
    primary key (loop_id, id)
);

-- People who sign in. `name_key` is the name without regard to case, because the two databases disagree on what that is.
create table admin (
    id text not null primary key,
    name text not null,
    name_key text not null unique,
    password_hash text not null,
    role text not null,
    created_at_us bigint not null
);

-- Programs that manage the server. Tokens are random, so their SHA-256 is enough to keep.
create table management_token (
    hash bytea not null primary key,
    name text not null,
    role text not null,
    created_at_us bigint not null
);

-- Invitations: each lets whoever holds it become a person, once, until it expires.
create table sign_in_link (
    hash bytea not null primary key,
    role text not null,
    expires_at_us bigint not null
);

-- Browsers that are signed in. The id is a hash of what the cookie holds: reading this table signs nobody in.
-- `person_id` lets everything that a person has open be signed out at once.
create table session (
    id text not null primary key,
    person_id text,
    data bytea not null,
    expires_at_us bigint not null
);

create index session_person on session (person_id) where person_id is not null;

-- Lets expired sessions be removed without reading all of them.
create index session_expiry on session (expires_at_us);
