-- Who does what only one process may do for a loop: close events in time, store snapshots, remove old records, announce a
-- new model. `token` grows with every change of hands; what such work writes is written only while its token is the one
-- that stands here. Times are the database's, because the clocks of several machines never quite agree.
create table trainer_lease (
    loop_id text not null primary key references loop (id) on delete cascade,
    holder text not null,
    token bigint not null,
    expires_at_us bigint not null,
    -- PostgreSQL locks a row more strongly for a change of what a unique index holds than for any other. So a change of
    -- hands waits for the commit of whoever has just been found to hold the token, and a renewal does not.
    unique (loop_id, token)
);

-- Grows with every change of the loop's row or of its actions, so that other processes see at a glance what to read again.
alter table loop add column revision bigint not null default 0;
