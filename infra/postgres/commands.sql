-- Statements of the commands: what is to be delivered, and what became of it.

-- name: by_id
-- One command.
select * from commands where id = $1;

-- name: waiting_before
-- What is still to be delivered in a case, up to a command, in order.
select * from commands where case_no = $1 and state = 'accepted' and seq <= $2 order by seq;

-- name: take_due
-- Commands due for another try, the first of each case, out of everybody else's reach for so long. What was not tried yet
-- goes before what did not answer, however much of that there is.
update commands set attempts = attempts + 1, leased_until = now() + $2::interval
where id in (
    select c.id from commands c
    where c.state = 'accepted' and c.next_attempt_at <= now() and c.leased_until <= now()
        and not exists (
            select from commands e where e.case_no = c.case_no and e.state = 'accepted' and e.seq < c.seq
        )
    order by least(c.attempts, 2), c.next_attempt_at
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
-- What became of a command, unless that is known already or somebody else has taken it since. What another case passed
-- on and this one refuses becomes a task where it was a merge: whoever called about that other case is on none.
with settled as (
    update commands set state = $2, outcome = $3, settled_at = now()
    where id = $1 and state = 'accepted' and attempts = $4
    returning case_no, client, state, verb
)
insert into tasks (estate, kind, subject, post, text)
select c.estate, 'merge_unheard', c.no, '前台客服员',
    format('单号 %s 已并入 %s，而该单已结案或不再接来电，未能接收其来电人；请按 %s 的来电另立后续单（前单填 %s）', c.no, s.case_no, c.no, c.no)
from settled s join cases c on s.client = 'case:' || c.no
where s.state = 'refused' and s.verb = 'merge_taken'
on conflict (estate, kind, subject) do nothing;

-- name: note_fault
-- Why the last try brought no answer: the name of an error class. The next try may come after a pause.
update commands set
    last_error = $2, leased_until = '-infinity', next_attempt_at = now() + $3::interval * power(2, least(attempts, 4))
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

-- name: dead_letters
-- What could not be delivered, oldest first.
select * from commands where state = 'dead' order by seq;

-- name: revive
-- Let a dead letter be delivered again.
update commands set
    state = 'accepted', outcome = null, settled_at = null, last_error = null, leased_until = '-infinity',
    next_attempt_at = now()
where id = $1 and state = 'dead'
returning id;
