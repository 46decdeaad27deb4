-- Who did what, when, from where. Lines are added and never changed; retention alone removes them, the oldest first.
-- Nothing refers to anything else: a line outlives the person, the loop and the action that it tells of, and so it carries
-- their names. `about_loop_id` is not called `loop_id` because the lines of a removed loop stay.
create table audit_line (
    id text not null primary key,
    at_us bigint not null,
    kind text not null,
    author_id text not null,
    author_name text not null,
    door text not null,
    -- Where a sign-in came from, as the server saw it. Of other lines it is null.
    address text,
    about_loop_id text,
    about_loop_name text,
    -- Whom or what it was done to: a person, an action, a key. The id is there only of people.
    subject_id text,
    subject text not null,
    details text not null
);

-- Lines are read from the newest on, whatever else is asked of them.
create index audit_line_time on audit_line (at_us, id);

-- Finds the lines of one loop among those of all.
create index audit_line_loop on audit_line (about_loop_id, at_us) where about_loop_id is not null;

-- When a person last proved who they are.
alter table admin add column last_sign_in_at_us bigint;

-- Who invited, and when: open invitations are listed, so that one which went astray can be withdrawn.
alter table sign_in_link add column made_at_us bigint not null default 0;
alter table sign_in_link add column made_by text not null default '';

-- When each key of a loop was last used, and by what kind of client. Processes know it in memory and write it here now and
-- then, so it is a little old; it tells whether a key can go, not who is calling at this moment.
alter table loop add column key_0_used_at_us bigint;
alter table loop add column key_0_used_by text;
alter table loop add column key_1_used_at_us bigint;
alter table loop add column key_1_used_by text;
