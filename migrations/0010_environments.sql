-- Where a loop's callers live: production, staging or development. For people; it changes nothing of how a loop decides.
alter table loop add column environment text not null default 'production';
