-- Statements by which a request is acknowledged.

-- name: asked
-- The moment, and the command a client has given this key, if any.
select now() as moment, c.* from (values (1)) as one (row)
left join commands c on c.client = $1 and c.idempotency_key = $2;

-- name: next_number
-- The next number of a prefix and local day; a rollback gives it back, so there is no gap.
insert into case_counters (prefix, day, last) values ($1, $2, 1)
on conflict (prefix, day) do update set last = case_counters.last + 1
returning last;

-- name: add_case
-- A case with its number.
insert into cases (no, procedure, estate, building, edition, channel, received_at, drill, title)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: add_call
-- The line of 《来电来访记录》 for it, in the words of the caller (sealed).
insert into calls (case_no, channel, received_at, recorded_by, words) values ($1, $2, $3, $4, $5);

-- name: hold_cases
-- Let nobody else merge these cases meanwhile; what is recorded in them goes on.
select no from cases where no = any($1::text[]) order by no for no key update;

-- name: merge_stands
-- Whether the second case is open, at which stage, and whether one of both is already on its way into a case, or
-- another into the first.
select coalesce((select v.open from case_views v where v.case_no = $2), true) as open,
    coalesce((select v.stage from case_views v where v.case_no = $2), '') as stage,
    exists (
        select from commands o where o.case_no in ($1, $2) and o.verb = 'merged_into' and o.state = 'accepted'
    ) or exists (
        select from case_links l join commands o on o.case_no = l.case_no
        where l.other_no = $1 and l.kind = 'merged_into' and not l.filed
            and o.verb = 'merged_into' and o.state = 'accepted'
    ) as under_way;

-- name: ask_to_merge
-- A case is to go into another; whether it does, it says itself.
insert into case_links (case_no, kind, other_no, filed) values ($1, 'merged_into', $2, false)
on conflict (case_no, kind, other_no) do nothing;

-- name: merge_looked_after
-- Who called about a case that went into one that could not hear of it is on a case again.
update tasks set done_at = now() where kind = 'merge_unheard' and subject = $1 and done_at is null;

-- name: add_command
-- A command, acknowledged by the commit, and whether its case lacks others before it; no row if the key is taken.
insert into commands (
    id, client, idempotency_key, body_hash, kind, case_no, verb, body, accepted_at, next_attempt_at, leased_until
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now(), now() + $10::interval)
on conflict (client, idempotency_key) do nothing
returning *, exists (select from commands e where e.case_no = $6 and e.state = 'accepted') as behind;

-- name: case_exists
-- Whether there is such a case.
select exists (select from cases where no = $1);
