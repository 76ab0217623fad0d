-- Statements of the commands: what is acknowledged, and what became of it.

-- name: asked
-- The moment, and the command a client has given this key, if any.
select now() as moment, c.* from (values (1)) as one (row)
left join commands c on c.client = $1 and c.idempotency_key = $2;

-- name: by_id
-- One command.
select * from commands where id = $1;

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

-- name: waiting_before
-- What is still to be delivered in a case, up to a command, in order.
select * from commands where case_no = $1 and state = 'accepted' and seq <= $2 order by seq;

-- name: take_due
-- Commands due for another try, the first of each case, out of everybody else's reach for so long.
update commands set attempts = attempts + 1, leased_until = now() + $2::interval
where id in (
    select c.id from commands c
    where c.state = 'accepted' and c.next_attempt_at <= now() and c.leased_until <= now()
        and not exists (
            select from commands e where e.case_no = c.case_no and e.state = 'accepted' and e.seq < c.seq
        )
    order by c.next_attempt_at
    for update skip locked
    limit $1
)
returning *;

-- name: claim
-- Take a command out of everybody else's reach for so long, unless somebody has it.
update commands set attempts = attempts + 1, leased_until = now() + $2::interval
where id = $1 and state = 'accepted' and leased_until <= now()
returning attempts;

-- name: settle
-- What became of a command, unless that is known already or somebody else has taken it since.
update commands set state = $2, outcome = $3, settled_at = now() where id = $1 and state = 'accepted' and attempts = $4;

-- name: note_fault
-- Why the last try brought no answer: the name of an error class. The next try may come after a pause.
update commands set
    last_error = $2, leased_until = '-infinity', next_attempt_at = now() + $3::interval * least(power(2, attempts), 16)
where id = $1 and state = 'accepted' and attempts = $4;

-- name: is_closed
-- Whether the case has run to its end.
select not open as closed from case_views where case_no = $1;

-- name: opening
-- The command that opened a case.
select * from commands where case_no = $1 and kind = 'open';

-- name: written_of
-- What a case must know to go on: its entries with their digests, of the run that counts.
select distinct on (e.number) e.run_id, e.number, e.body, encode(e.digest, 'hex') as digest
from entries e join case_views v on v.case_no = e.case_no and e.number <= v.number
where e.case_no = $1 order by e.number, (e.run_id = v.run_id) desc, e.written_at desc;

-- name: open_numbers
-- Cases that have not run to their end.
select case_no from case_views where open order by case_no;

-- name: under_way
-- Whether a case still lacks something acknowledged by a moment.
select exists (select from commands where case_no = $1 and state = 'accepted' and accepted_at <= $2);
