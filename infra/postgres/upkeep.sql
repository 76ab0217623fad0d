-- Statements of the house itself: heartbeats and data keys.

-- name: beat
-- A process says that it is alive.
insert into heartbeats (process, host, at, detail) values ($1, $2, now(), $3)
on conflict (process, host) do update set at = excluded.at, detail = excluded.detail;

-- name: beating_since
-- The processes that have said so since that moment.
select distinct process from heartbeats where at >= $1;

-- name: add_data_key
-- Keep the wrapped data key of an owner, unless somebody else was first.
insert into data_keys (owner, master_key_id, wrapped) values ($1, $2, $3)
on conflict (owner) do nothing;

-- name: data_key
-- The wrapped data key of an owner; settled when it cannot be of the transaction we are in.
select master_key_id, wrapped, created_at < now() as settled from data_keys where owner = $1;

-- name: destroy_data_key
-- Forget the data key of an owner: everything sealed with it becomes unreadable; a case is no longer found by its room.
with unfound as (delete from case_rooms where 'case:' || case_no = $1)
delete from data_keys where owner = $1;

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
