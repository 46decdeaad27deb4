-- What a person chose for the pages that they see, such as what they put away. Names and values belong to the program; a
-- person who goes takes them along.
create table preference (
    person_id text not null references admin (id) on delete cascade,
    name text not null,
    value text not null,
    primary key (person_id, name)
);
