-- Statements about who uses the API.

-- name: principal_by_key
-- The principal of an API key in use.
select id, kind, name, posts, estates, key_hash, logged_out_at from principals where key_hash = $1 and revoked_at is null;

-- name: principal_by_id
-- The principal of that name, unless its key was taken back.
select id, kind, name, posts, estates, key_hash, logged_out_at from principals where id = $1 and revoked_at is null;

-- name: log_out
-- Sessions opened until that moment are over.
update principals set logged_out_at = greatest(logged_out_at, $2) where id = $1;

-- name: posts_held
-- Which posts an active member of staff holds in each estate, and which he fills there as a stand-in now.
select p.estate, array_agg(p.post) as posts, array(
    select known.post from (select distinct post from stand_ins where estate = p.estate) as known
    where $1 in (select on_duty(p.estate, known.post, now()))
) as filled
from staff_posts p join staff s on s.id = p.staff and s.active
where p.staff = $1 group by p.estate;
