-- Statements by which cases of one room are found.

-- name: note_room
-- Of which room a case is, and what it is about.
insert into case_rooms (case_no, estate, digest, about) values ($1, $2, $3, $4);

-- name: opened_lately
-- Whether other cases of a room than these were opened in the last minute and are open.
select exists (
    select from case_rooms k join cases c on c.no = k.case_no left join case_views v on v.case_no = c.no
    where k.estate = $1 and k.digest = $2 and k.case_no <> all ($3::text[]) and c.drill = $4
        and c.created_at > now() - interval '1 minute' and coalesce(v.open, true)
);

-- name: is_noted
-- Whether a case is noted so.
select exists (select from case_rooms where case_no = $1 and estate = $2 and digest = $3);

-- name: words_of
-- What the callers of these cases said, sealed.
select case_no, words from calls where case_no = any ($1::text[]);

-- name: log_rooms
-- Somebody looks for the cases of a room, in one estate or several: its digest goes on record, never the room.
insert into access_log (principal, case_no, purpose, what)
select $1, '', $2, 'room:' || encode(s.digest, 'hex') from unnest($3::bytea[]) as s (digest);

-- name: cases_of_room
-- Other cases of a room, newest first: open ones, and those that ended so; when such a thing last happened in them.
-- Beside them those of one kind, which stands before any bracket, that ended in such another way within that time.
with there as (
    select c.no, c.procedure, c.received_at, k.about, coalesce(v.open, true) as open, coalesce(v.stage, '') as stage,
        v.result, v.number, v.closed_at, coalesce(v.open, true) or v.result = any ($5::text[]) as wanted
    from case_rooms k
    join cases c on c.no = k.case_no
    left join case_views v on v.case_no = c.no
    where k.estate = $1 and k.digest = any ($2::bytea[]) and c.no is distinct from $3 and c.drill = $4
        and (coalesce(v.open, true) or v.result = any ($5::text[]) or (
            v.result = any ($8::text[]) and v.closed_at > $9 and v.closed_at <= $10
            and split_part(k.about, '（', 1) = $11
        ))
), shown as (
    (select * from there where wanted order by received_at desc, no desc limit $7)
    union all (select * from there where not wanted order by closed_at desc, no desc limit $12)
)
select s.no, s.procedure, s.received_at, s.about, s.open, s.stage, s.result, m.at as marked_at
from shown s
left join lateral (
    select max(e.at) as at from entries e where e.case_no = s.no and e.number <= s.number and e.type = any ($6::text[])
) as m on true
order by s.received_at desc, s.no desc;
