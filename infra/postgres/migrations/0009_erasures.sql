-- A case that was erased never gets a data key again.
create table erasures (
    owner text primary key check (owner like 'case:%'),
    at timestamptz not null default now()
);
create trigger erasures_append_only before update or delete on erasures for each row execute function refuse_change();
