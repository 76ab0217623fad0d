-- One deliverer sends a command at a time: until then it is somebody's, whatever its next try would be.
alter table commands add column leased_until timestamptz not null default '-infinity';
