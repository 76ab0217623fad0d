-- The event stream asks for what was written since a moment.
create index entries_written on entries (written_at);
create index notices_created on notices (created_at);
