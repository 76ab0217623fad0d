-- Statements of the house itself: heartbeats and data keys.

-- name: beat
-- A process says that it is alive.
insert into heartbeats (process, host, at, detail) values ($1, $2, now(), $3)
on conflict (process, host) do update set at = excluded.at, detail = excluded.detail;

-- name: beating_since
-- The processes that have said so since that moment.
select distinct process from heartbeats where at >= $1;

-- name: add_data_key
-- Keep the wrapped data key of an owner, unless somebody else was first, or the owner was erased.
insert into data_keys (owner, master_key_id, wrapped)
select $1, $2, $3 where not exists (select from erasures where owner = $1)
on conflict (owner) do nothing;

-- name: data_key
-- The wrapped data key of an owner; settled when it cannot be of the transaction we are in.
select master_key_id, wrapped, created_at < now() as settled from data_keys where owner = $1;

-- name: destroy_data_key
-- Forget the data key of an owner: everything sealed with it becomes unreadable; a case is no longer found by its room,
-- and gets no other key.
with unfound as (delete from case_rooms where 'case:' || case_no = $1),
for_good as (insert into erasures (owner) select $1 where $1 like 'case:%' on conflict do nothing)
delete from data_keys where owner = $1;

-- name: was_erased
-- Whether the owner's data key was destroyed for good.
select exists (select from erasures where owner = $1);

-- name: open_to_acts
-- Whether people still act in a case, or something acknowledged has not ended; held until the transaction ends.
select coalesce((select v.open from case_views v where v.case_no = c.no), true)
    or exists (select from commands o where o.case_no = c.no and o.state = 'accepted') as open
from cases c where c.no = $1 for update;

-- name: lineages
-- Under which runs a case has written.
select distinct run_id from entries where case_no = $1;

-- name: keys_under_other_masters
-- Some data keys that are not wrapped by this master key, held against others until the transaction ends.
select owner, master_key_id, wrapped from data_keys where master_key_id <> $1
order by owner limit $2 for update;

-- name: rewrap_data_key
-- Put a data key under another master key.
update data_keys set master_key_id = $2, wrapped = $3 where owner = $1;

-- name: about_server
-- The version and the character class locale of the database we are connected to.
select current_setting('server_version_num')::int as version, datctype as ctype
from pg_database where datname = current_database();
