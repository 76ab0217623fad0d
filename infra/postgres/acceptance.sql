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
insert into cases (no, procedure, estate, building, edition, channel, received_at, drill)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: add_call
-- The line of 《来电来访记录》 for it, in the words of the caller (sealed).
insert into calls (case_no, channel, received_at, recorded_by, words) values ($1, $2, $3, $4, $5);

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
