-- Evaluations and feature importances: long questions about a loop's past, asked once and kept with their answers.
-- Contract, summary and result are JSON and belong to the program; the summary is what lists show, the result is large.
-- Microseconds alone do not tell two jobs of one moment apart, so lists are in the order of both.
create table job (
    loop_id text not null references loop (id) on delete cascade,
    kind text not null,
    id text not null,
    created_at_us bigint not null,
    status text not null,
    contract bytea not null,
    summary bytea,
    result bytea,
    primary key (loop_id, kind, id)
);

-- Finds the few that are not finished among all that were.
create index job_unfinished on job (created_at_us) where status = 'waiting';
