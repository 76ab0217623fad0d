-- Statements that hold the ledger against Temporal after a restore, and file again what it lacks.

-- name: standing
-- Where the ledger stands with a case, and the command that opened it; number and digest are null before its first step.
select v.number, encode(e.digest, 'hex') as digest, coalesce(v.open, true) as open,
    (select o.id::text from commands o where o.case_no = c.no and o.kind = 'open') as opened_by
from cases c
left join case_views v on v.case_no = c.no
left join entries e on e.case_no = v.case_no and e.run_id = v.run_id and e.number = v.number
where c.no = $1;

-- name: closed_among
-- Of these numbers, the cases that have ended.
select case_no from case_views where not open and case_no = any($1::text[]);

-- name: file_case_again
-- A case that an older database does not know, as it was opened.
insert into cases (no, procedure, estate, building, edition, channel, received_at, drill, created_at, title)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: count_again
-- Its number is given.
insert into case_counters (prefix, day, last) values ($1, $2, $3)
on conflict (prefix, day) do update set last = greatest(case_counters.last, excluded.last);

-- name: file_command_again
-- A command that an older database does not know; its key is lost with its row. The step that follows settles it.
insert into commands (id, client, idempotency_key, body_hash, kind, case_no, verb, body, accepted_at)
values ($1, $2, $1::uuid::text, '', $3, $4, $5, $6, $7)
on conflict (id) do nothing;

-- name: keep_untold
-- Notices of a step that is filed again went out when it was filed first: they stand in the inbox and go nowhere else.
with kept as (
    update notices set state = 'sent', sent_at = now(), attempts = attempts + 1
    where case_no = $1 and run_id = $2 and entry_number = any($3::integer[]) and state = 'pending'
    returning id, attempts
)
insert into deliveries (notice_id, attempt, channel, receipt)
select id, attempts, 'inbox', 'filed_again:' || id from kept;
