-- Statements by which the API reads cases, notices and what was acknowledged.

-- name: case
-- A case with what it shows; the view's columns are empty until its first step is filed.
select c.no, c.procedure, c.estate, c.building, c.edition, c.channel, c.received_at, c.drill, c.created_at,
    v.run_id, v.number, coalesce(v.stage, '') as stage, coalesce(v.waiting_for, '{}') as waiting_for,
    coalesce(v.waiting_posts, '{}') as waiting_posts, coalesce(v.open, true) as open,
    coalesce(v.overdue, false) as overdue, v.next_due_at, v.closed_at, v.result,
    case when v.overdue then (
        select min(d.due_at) from duties d
        where d.case_no = v.case_no and d.run_id = v.run_id and d.state = 'breached' and d.ended_at is null
    ) end as missed_due_at,
    about_of(c.no, c.title) as about, owing_posts(c.no, v.run_id) as owing_posts
from cases c left join case_views v on v.case_no = c.no
where c.no = $1;

-- name: cases
-- Cases of some estates, newest first, behind a place in that order; filters that are null do not count.
-- Of each estate two pages: of what has filed a step, and of what has not yet and so waits for nobody.
-- No call is taken down before it has come, but for what two clocks may differ by: nothing older need be looked at.
select f.*, owing_posts(f.no, f.run_id) as owing_posts
from unnest($1::text[]) as held (estate)
cross join lateral (
    (
        select c.no, c.procedure, c.estate, c.building, c.edition, c.channel, c.received_at, c.drill, c.created_at,
            v.run_id, v.number, v.stage, v.waiting_for, v.waiting_posts, v.open, v.overdue, v.next_due_at, v.closed_at,
            v.result,
            case when v.overdue then (
                select min(d.due_at) from duties d
                where d.case_no = v.case_no and d.run_id = v.run_id and d.state = 'breached' and d.ended_at is null
            ) end as missed_due_at,
            about_of(c.no, c.title) as about
        from cases c join case_views v on v.case_no = c.no
        where c.estate = held.estate
            and ($2::text is null or c.procedure = $2)
            and ($3::boolean is null or v.open = $3)
            and ($4::boolean is null or v.overdue = $4)
            and ($5::text is null or $5 = any (v.waiting_posts))
            and ($6::timestamptz is null or v.next_due_at <= $6)
            and ($10::text is null or v.stage = $10)
            and ($11::text is null or $11 = any (v.waiting_for))
            and ($12::text is null or strpos(c.no, $12) > 0)
            and ($13::bytea[] is null or c.no = any (array(
                select k.case_no from case_rooms k where k.estate = any ($1::text[]) and k.digest = any ($13))))
            and ($14::text is null or c.building = $14)
            and ($15::timestamptz is null or (c.received_at >= $15 and c.created_at >= $15 - interval '1 minute'))
            and ($16::timestamptz is null or c.received_at <= $16)
            and ($7::timestamptz is null or (c.created_at, c.no) < ($7, $8::text))
        order by c.created_at desc, c.no desc
        limit $9
    )
    union all
    (
        select c.no, c.procedure, c.estate, c.building, c.edition, c.channel, c.received_at, c.drill, c.created_at,
            null, null, '', '{}', '{}', true, false, null, null, null, null, about_of(c.no, c.title)
        from commands o join cases c on c.no = o.case_no
        where o.kind = 'open' and o.state <> 'applied' and c.estate = held.estate
            and not exists (select from case_views v where v.case_no = c.no)
            and ($2::text is null or c.procedure = $2)
            and $3::boolean is not false and $4::boolean is not true
            and $5::text is null and $6::timestamptz is null and $10::text is null and $11::text is null
            and ($12::text is null or strpos(c.no, $12) > 0)
            and ($13::bytea[] is null or c.no = any (array(
                select k.case_no from case_rooms k where k.estate = any ($1::text[]) and k.digest = any ($13))))
            and ($14::text is null or c.building = $14)
            and ($15::timestamptz is null or (c.received_at >= $15 and c.created_at >= $15 - interval '1 minute'))
            and ($16::timestamptz is null or c.received_at <= $16)
            and ($7::timestamptz is null or (c.created_at, c.no) < ($7, $8::text))
        order by c.created_at desc, c.no desc
        limit $9
    )
) as f
order by f.created_at desc, f.no desc
limit $9;

-- name: cases_late_first
-- Open cases of some estates, those with a breach that is still owed first, then by the next due time.
select f.*, owing_posts(f.no, f.run_id) as owing_posts
from (
    (
        select c.no, c.procedure, c.estate, c.building, c.edition, c.channel, c.received_at, c.drill, c.created_at,
            v.run_id, v.number, v.stage, v.waiting_for, v.waiting_posts, v.open, v.overdue, v.next_due_at, v.closed_at,
            v.result,
            case when v.overdue then (
                select min(d.due_at) from duties d
                where d.case_no = v.case_no and d.run_id = v.run_id and d.state = 'breached' and d.ended_at is null
            ) end as missed_due_at,
            about_of(c.no, c.title) as about
        from case_views v join cases c on c.no = v.case_no
        where v.open and c.estate = any ($1::text[]) and c.procedure = any ($2::text[])
        order by v.overdue desc, v.next_due_at, c.received_at, c.no
        limit $3
    )
    union all
    (
        select c.no, c.procedure, c.estate, c.building, c.edition, c.channel, c.received_at, c.drill, c.created_at,
            null, null, '', '{}', '{}', true, false, null, null, null, null, about_of(c.no, c.title)
        from commands o join cases c on c.no = o.case_no
        where o.kind = 'open' and o.state <> 'applied' and c.estate = any ($1::text[])
            and c.procedure = any ($2::text[]) and not exists (select from case_views v where v.case_no = c.no)
        order by c.received_at, c.no
        limit $3
    )
) as f
order by f.overdue desc, f.next_due_at, f.received_at, f.no
limit $3;

-- name: open_by_stage
-- How many cases of some estates are open, and late, by procedure, building and stage; '' where nothing is filed yet.
select f.estate, f.procedure, f.building, f.stage, count(*) as cases, count(*) filter (where f.overdue) as late
from (
    select c.estate, c.procedure, c.building, v.stage, v.overdue
    from case_views v join cases c on c.no = v.case_no
    where v.open and c.estate = any ($1::text[]) and c.procedure = any ($2::text[])
    union all
    select c.estate, c.procedure, c.building, '', false
    from commands o join cases c on c.no = o.case_no
    where o.kind = 'open' and o.state <> 'applied' and c.estate = any ($1::text[])
        and c.procedure = any ($2::text[]) and not exists (select from case_views v where v.case_no = c.no)
) as f
group by f.estate, f.procedure, f.building, f.stage;

-- name: cases_by_age
-- The same by age, oldest first: what owes something now, and what was issued and is returned or not (REP-45).
select c.no, c.procedure, c.estate, c.building, c.edition, c.channel, c.received_at, c.drill, c.created_at,
    v.run_id, v.number, v.stage, v.waiting_for, v.waiting_posts, v.open, v.overdue, v.next_due_at, v.closed_at, v.result,
    case when v.overdue then (
        select min(d.due_at) from duties d
        where d.case_no = v.case_no and d.run_id = v.run_id and d.state = 'breached' and d.ended_at is null
    ) end as missed_due_at,
    about_of(c.no, c.title) as about, owing_posts(c.no, v.run_id) as owing_posts
from cases c join case_views v on v.case_no = c.no
where c.estate = any ($1::text[])
    and ($2::text is null or c.procedure = $2)
    and ($3::boolean is null or v.open = $3)
    and ($4::boolean is null or v.overdue = $4)
    and ($5::text is null or $5 = any (v.waiting_posts))
    and ($6::timestamptz is null or v.next_due_at <= $6)
    and ($10::text is null or v.stage = $10)
    and ($11::text is null or $11 = any (v.waiting_for))
    and ($12::text is null or strpos(c.no, $12) > 0)
    and ($13::bytea[] is null or c.no = any (array(
        select k.case_no from case_rooms k where k.estate = any ($1::text[]) and k.digest = any ($13))))
    and ($14::text is null or c.building = $14)
    and ($15::timestamptz is null or (c.received_at >= $15 and c.created_at >= $15 - interval '1 minute'))
    and ($16::timestamptz is null or c.received_at <= $16)
    and ($7::timestamptz is null or (c.received_at, c.no) > ($7, $8::text))
    and ($17::text is null or c.no = any (array(
        select d.case_no from duties d join case_views w on w.case_no = d.case_no and w.run_id = d.run_id
        where (d.key = $17 or d.rule = $17)
            and (d.state = 'open' or (d.state = 'breached' and d.ended_at is null)))))
    and ($18::boolean is null or exists (
        select from entries e where e.case_no = c.no and e.number <= v.number and e.type = 'form_filled'))
    and ($18::boolean is null or $18 = exists (
        select from entries e where e.case_no = c.no and e.number <= v.number and e.type = 'return_registered'))
order by c.received_at, c.no
limit $9;

-- name: entries
-- The entries of a case, sealed; of those that a reset wrote again, the ones of the run that counts.
select distinct on (e.number) e.run_id, e.number, e.type, e.label, e.at, e.recorded_at, e.by_id, e.by_posts, e.source,
    e.backdated, e.rule, e.body
from entries e join case_views v on v.case_no = e.case_no and e.number <= v.number
where e.case_no = $1 order by e.number, (e.run_id = v.run_id) desc, e.written_at desc;

-- name: duties
-- The duties of a case in the run that counts, by due time.
select d.key, d.cycle, d.rule, d.label, d.owed_by, d.owed_by_id, d.started_at, d.first_due_at, d.due_at, d.provisional,
    d.state, d.ended_at, d.breached_at
from duties d join case_views v on v.case_no = d.case_no and v.run_id = d.run_id
where d.case_no = $1 order by d.due_at, d.key, d.cycle;

-- name: inbox
-- Notices of a person (or system) and of the posts held, newest first, behind a place in that order.
-- A page of the person's and one of each post, each in the order of its own index; what is in two of them counts once.
select n.id, n.case_no, n.estate, c.building, about_of(c.no, c.title) as about, n.level, n.rule, n.post, n.recipient,
    n.text, n.due_at, n.late, n.urgent, n.raised_at, n.created_at, n.acknowledged_at, n.acknowledged_by,
    n.recipient in ($1, '') as yours
from notices n join cases c on c.no = n.case_no
where n.id in (
    (
        select n.id from notices n
        where n.recipient = $1 and n.estate = any ($2::text[])
            and (not $5::boolean or n.acknowledged_at is null)
            and ($9::text[] is null or n.level = any ($9))
            and ($6::timestamptz is null or (n.created_at, n.id) < ($6, $7::uuid))
        order by n.created_at desc, n.id desc
        limit $8
    )
    union all
    select p.id
    from unnest($2::text[], $3::text[]) as held (estate, post)
    cross join lateral (
        select n.id from notices n
        where not $4::boolean and n.estate = held.estate and n.post = held.post
            and (not $5::boolean or n.acknowledged_at is null)
            and ($9::text[] is null or n.level = any ($9))
            and ($6::timestamptz is null or (n.created_at, n.id) < ($6, $7::uuid))
        order by n.created_at desc, n.id desc
        limit $8
    ) as p
)
order by n.created_at desc, n.id desc
limit $8;

-- name: notice
-- A notice with the estate of its case.
select n.id, n.case_no, c.estate, n.key, n.cycle, n.rung, n.level, n.post, n.recipient, n.acknowledged_at,
    n.acknowledged_by
from notices n join cases c on c.no = n.case_no
where n.id = $1;

-- name: acknowledge
-- Somebody has read the notice; the first one counts.
update notices set state = 'acknowledged', acknowledged_at = now(), acknowledged_by = $2
where id = $1 and acknowledged_at is null;

-- name: log_access
-- Somebody reads what is masked otherwise.
insert into access_log (principal, case_no, purpose, what) values ($1, $2, $3, $4);

-- name: now
-- The clock of the database.
select clock_timestamp() as now;

-- name: new_entries
-- Entries of some procedures of estates behind a place in the order they were written; of a rung, which, by what it told.
select e.case_no, c.estate, c.procedure, c.edition, e.run_id, e.number, e.type, e.label, e.rule, e.at, e.written_at,
    r.key, r.cycle, r.rung
from entries e
join cases c on c.no = e.case_no
left join lateral (
    select n.key, n.cycle, n.rung from notices n
    where n.case_no = e.case_no and n.run_id = e.run_id and n.entry_number = e.number limit 1
) as r on e.rule is not null
where (e.written_at, e.case_no, e.run_id, e.number) > ($1, $2::text, $3::text, $4::integer)
    and (c.estate, c.procedure) in (
        select seen.estate, seen.procedure from unnest($5::text[], $6::text[]) as seen (estate, procedure))
order by e.written_at, e.case_no, e.run_id, e.number
limit $7;

-- name: new_notices
-- Notices to a person and the posts held behind a place in the order they were written.
select n.id, n.case_no, c.estate, n.level, n.rule, n.post, n.text, n.due_at, n.late, n.urgent, n.raised_at, n.created_at
from notices n
join cases c on c.no = n.case_no
where (n.created_at, n.id) > ($1, $2::uuid) and c.estate = any ($4::text[])
    and (n.recipient = $3 or (c.estate, n.post) in (
        select held.estate, held.post from unnest($4::text[], $5::text[]) as held (estate, post)))
order by n.created_at, n.id
limit $6;

-- name: estate_name
-- What an estate is called.
select name from estates where code = $1;

-- name: staff_names
-- The names of members of staff.
select id, name from staff where id = any ($1::text[]);

-- name: open_tasks_of
-- What people of the posts held must do, oldest first.
select t.id, t.estate, t.kind, t.subject, t.post, t.text, t.created_at
from tasks t
where t.done_at is null and (t.estate, t.post) in (
    select held.estate, held.post from unnest($1::text[], $2::text[]) as held (estate, post))
order by t.created_at, t.id
limit $3;

-- name: open_alarms
-- What the watcher found and still finds, oldest first; of a case only in some estates.
select a.id, a.kind, a.subject, a.text, a.raised_at, a.told_at
from alarms a left join cases c on c.no = a.subject
where a.cleared_at is null and (c.no is null or c.estate = any ($1::text[]))
order by a.raised_at, a.id
limit $2;

-- name: alive
-- Whether the database answers.
select true as alive;

-- name: told
-- Every notice of a case, in the order of its file, with the last delivery that had a receipt.
select n.raised_at, n.level, n.rule, n.post, n.recipient, n.text, n.due_at, n.late, n.sent_at, n.acknowledged_at,
    n.acknowledged_by, coalesce(d.channel, '') as channel, coalesce(d.receipt, '') as receipt
from notices n left join lateral (
    select d.channel, d.receipt from deliveries d
    where d.notice_id = n.id and d.receipt is not null
    order by d.attempt desc limit 1
) d on true
where n.case_no = $1
order by n.raised_at, n.entry_number, n.rung, n.post, n.recipient;

-- name: readings
-- Who has read what is personal of a case, and what for.
select at, principal, purpose, what from access_log where case_no = $1 order by id;
