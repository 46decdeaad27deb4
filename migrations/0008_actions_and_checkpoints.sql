-- What was done to a loop's own actions, the newest few: `body` is JSON that belongs to the program. A row of kind `done`
-- says how to take the change back; one of kind `draft` is a list that somebody uploaded, and that waits for a yes.
create table action_change (
    loop_id text not null references loop (id) on delete cascade,
    id text not null,
    at_us bigint not null,
    kind text not null,
    changed_by text not null,
    words text not null,
    body text not null,
    primary key (loop_id, id)
);

-- Models that were kept, to go back to: by hand with a note, every day, and before something else takes a model's place.
-- What goes back to one copies it into the log, so that nothing there depends on these rows.
create table checkpoint (
    loop_id text not null references loop (id) on delete cascade,
    id text not null,
    at_us bigint not null,
    reason text not null,
    kept_by text not null,
    note text not null,
    model_version bigint not null,
    n_learned bigint not null,
    n_bytes bigint not null,
    body bytea not null,
    primary key (loop_id, id)
);

-- Reports that can be read without an account, by whoever has the link. Of the link only its hash is kept.
create table evaluation_share (
    loop_id text not null references loop (id) on delete cascade,
    job_id text not null,
    hash bytea not null,
    id text not null,
    made_by text not null,
    made_at_us bigint not null,
    expires_at_us bigint not null,
    primary key (loop_id, hash)
);

-- Lists show all but the bodies, which are megabytes.
create index checkpoint_time on checkpoint (loop_id, at_us);
