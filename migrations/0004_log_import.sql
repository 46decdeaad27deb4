-- How far an import of old logs into a loop has come. Written in the same transaction as the records, so that a second
-- start goes on exactly where the first one stopped. `progress` belongs to the program.
create table log_import (
    loop_id text not null primary key references loop (id) on delete cascade,
    progress text not null
);
