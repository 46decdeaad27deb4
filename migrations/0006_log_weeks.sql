-- Up to which record a loop's log may go, as far as its retention is concerned. On PostgreSQL whole weeks of the log are
-- dropped at once, by whichever process looks, when every loop that has records in them has said so here.
create table log_retention (
    loop_id text not null primary key references loop (id) on delete cascade,
    due_seq bigint not null
);
