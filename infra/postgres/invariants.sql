-- The invariants that rows alone can tell; each statement gives what breaks it. The name begins with the invariant.

-- name: i01_applied_but_not_filed
-- A command is applied, and no entry of its case bears it.
select o.id::text as subject, format('%s %s', o.case_no, o.verb) as text
from commands o
where o.state = 'applied' and not exists (select from entries e where e.command_id = o.id and e.case_no = o.case_no);

-- name: i01_filed_but_not_applied
-- An entry bears a command that is not applied: what was refused is absent, what is filed is known.
select o.id::text as subject, format('%s %s 状态 %s', o.case_no, o.verb, o.state) as text
from entries e join commands o on o.id = e.command_id
where o.state <> 'applied';

-- name: i01_filed_unasked
-- An entry came in by the API without a command of its case.
select format('%s/%s', e.case_no, e.number) as subject, e.type as text
from entries e
where e.command_id is not null and e.source = 'api'
    and not exists (select from commands o where o.id = e.command_id and o.case_no = e.case_no);

-- name: i02_two_effects
-- A command stands under two numbers of a case.
select e.command_id::text as subject, format('%s 第 %s 条', min(e.case_no), string_agg(distinct e.number::text, '、')) as text
from entries e where e.command_id is not null
group by e.command_id having count(distinct (e.case_no, e.number)) > 1;

-- name: i03_command_without_end
-- A command acknowledged long ago is neither applied, refused nor dead.
select o.id::text as subject, format('%s %s', o.case_no, o.verb) as text
from commands o where o.state = 'accepted' and o.accepted_at < $1::timestamptz;

-- name: i03_refused_without_reason
-- A command has ended badly, and nobody can tell why.
select o.id::text as subject, format('%s %s', o.case_no, o.state) as text
from commands o where o.state in ('refused', 'dead') and coalesce(o.outcome ->> 'code', '') = '';

-- name: i04_case_without_call
-- A case that somebody called about has no line in 《来电来访记录》, or a case not one command that opened it (CAL-102).
select c.no as subject, format('来电记录 %s 条，受理 %s 次', k.calls, k.openings) as text
from cases c cross join lateral (
    select (select count(*) from calls where case_no = c.no) as calls,
        (select count(*) from commands where case_no = c.no and kind = 'open') as openings
) k
where k.calls <> case c.channel when '系统' then 0 else 1 end or k.openings <> 1;

-- name: i04_gap_in_numbers
-- Numbers of a prefix and day have a gap, or their counter stands elsewhere than at the last one.
select format('%s-%s', split_part(c.no, '-', 1), split_part(c.no, '-', 2)) as subject,
    format('%s 个号，%s 至 %s，计数 %s', count(*), min(right(c.no, 5)), max(right(c.no, 5)), max(k.last)) as text
from cases c
left join case_counters k on k.prefix = split_part(c.no, '-', 1) and k.day = to_date(split_part(c.no, '-', 2), 'YYYYMMDD')
group by 1
having count(*) <> max(right(c.no, 5)::integer) - min(right(c.no, 5)::integer) + 1
    or max(k.last) is distinct from max(right(c.no, 5)::integer);

-- name: i04_number_of_another_day
-- A number does not bear the local day on which it was given.
select c.no as subject, to_char(c.created_at at time zone 'Asia/Shanghai', 'YYYYMMDD') as text
from cases c
where split_part(c.no, '-', 2) <> to_char(c.created_at at time zone 'Asia/Shanghai', 'YYYYMMDD');

-- name: i06_unguarded
-- A table that only grows can be changed: one of its triggers is gone or switched off.
select w.name as subject, '触发器缺失或停用' as text
from unnest(array[
    'entries_append_only', 'entries_no_truncate', 'calls_append_only', 'calls_no_truncate',
    'access_append_only', 'access_no_truncate', 'duties_keep_breach'
]) as w (name)
where not exists (select from pg_trigger t where t.tgname = w.name and t.tgenabled in ('O', 'A'));

-- name: i06_gap_in_file
-- The entries of a case do not run from 1 without a gap.
select format('%s/%s', case_no, run_id) as subject, format('%s 条，%s 至 %s', count(*), min(number), max(number)) as text
from entries group by case_no, run_id having min(number) <> 1 or max(number) <> count(*);

-- name: i07_bound_without_saying_so
-- A case counts as bound to another, and its file does not say so.
select format('%s/%s', l.case_no, l.other_no) as subject, l.kind as text
from case_links l
where l.filed and not exists (select from entries e where e.case_no = l.case_no and e.type = l.kind);

-- name: i07_merge_unheard
-- A case went into another long ago, which never heard of it, and nobody was asked to see to it.
select format('%s/%s', l.case_no, l.other_no) as subject, l.kind as text
from case_links l join case_views v on v.case_no = l.case_no
where l.filed and l.kind = 'merged_into' and v.closed_at < $1::timestamptz
    and not exists (select from tasks t where t.kind = 'merge_unheard' and t.subject = l.case_no)
    and (select count(*) from entries e join case_views o on o.case_no = e.case_no and o.run_id = e.run_id
        where e.case_no = l.other_no and e.type = 'merge_taken')
    < (select count(*) from case_links k where k.other_no = l.other_no and k.kind = l.kind and k.filed);

-- name: i07_undoing_unheard
-- A case was taken out of another long ago, which is open still and never heard of it.
select l.other_no as subject, string_agg(n.case_no, ' ') as text
from case_links n
join cases c on c.no = n.case_no and c.created_at < $1::timestamptz
join case_links l on l.case_no = n.other_no and l.kind = 'merged_into' and l.filed
join case_views v on v.case_no = l.other_no and v.open
where n.kind = 'came_after' and n.filed
group by l.other_no
having count(distinct n.other_no) > (
    select count(*) from entries e join case_views o on o.case_no = e.case_no and o.run_id = e.run_id
    where e.case_no = l.other_no and e.type = 'merge_undone'
);

-- name: i10_duty_ended_twice_or_not
-- State and end of a duty do not fit: open is not ended, met is ended on time, the rest says when.
select format('%s/%s/%s', case_no, key, cycle) as subject, state as text
from duties
where (state = 'open' and ended_at is not null)
    or (state = 'met' and (ended_at is null or ended_at > greatest(due_at, started_at)))
    or (state in ('waived', 'superseded') and ended_at is null)
    or (state = 'breached' and breached_at is null)
    or ((ended_at is null) <> (ended_by is null));

-- name: i10_ended_before_it_began
-- A duty ended before its clock began: what ended it cannot have happened when it says.
select format('%s/%s/%s', case_no, key, cycle) as subject, state as text from duties where ended_at < started_at;

-- name: i10_owed_in_closed_case
-- Something is still owed in a case that has ended.
select format('%s/%s/%s', d.case_no, d.key, d.cycle) as subject, d.state as text
from duties d join case_views v on v.case_no = d.case_no and v.run_id = d.run_id
where not v.open and (d.state = 'open' or (d.state = 'breached' and d.ended_at is null));

-- name: i14_no_verdict
-- A duty is long past its due moment and still open: its clock has died.
select format('%s/%s/%s', d.case_no, d.key, d.cycle) as subject, to_char(d.due_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as text
from duties d join case_views v on v.case_no = d.case_no and v.run_id = d.run_id
where d.state = 'open' and d.due_at < $1::timestamptz;

-- name: i15_owed_by_nobody
-- Something is owed by a post that no active member of staff holds or stands in for, and by no person.
select format('%s/%s/%s', d.case_no, d.key, d.cycle) as subject, d.owed_by as text
from duties d
join case_views v on v.case_no = d.case_no and v.run_id = d.run_id
join cases c on c.no = d.case_no
where d.state = 'open' and d.owed_by_id is null and not exists (
    select from staff_posts p join staff s on s.id = p.staff and s.active
    where p.estate = c.estate and (p.post = d.owed_by or p.post in (
        select i.deputy from stand_ins i where i.estate = c.estate and i.post = d.owed_by))
);

-- name: i15_told_to_nobody
-- A notice found nobody on duty, and the director on duty was not told in their place.
select format('%s/%s/%s', n.case_no, n.entry_number, n.key) as subject, n.post as text
from notices n
where n.recipient = '' and n.post <> '值班主任' and not exists (
    select from notices d
    where d.case_no = n.case_no and d.run_id = n.run_id and d.entry_number = n.entry_number and d.key = n.key
        and d.post = '值班主任'
);

-- name: i25_urgent_alert_waits
-- An urgent notice has been waiting for longer than a minute.
select n.id::text as subject, format('%s %s', n.case_no, n.post) as text
from notices n
where n.urgent and n.state = 'pending' and n.created_at < $1::timestamptz - interval '1 minute';

-- name: i30_sent_without_receipt
-- A notice counts as delivered, and no attempt of it has a receipt.
select n.id::text as subject, format('%s %s', n.case_no, n.state) as text
from notices n
where n.state = 'sent' and not exists (select from deliveries d where d.notice_id = n.id and d.receipt is not null);

-- name: i30_failed_without_task
-- A notice could not be delivered, and nobody was asked to tell the recipient.
select n.id::text as subject, n.case_no as text
from notices n
where n.state = 'failed' and not exists (select from tasks t where t.kind = 'notice_unreached' and t.subject = n.id::text);

-- name: i31_told_twice
-- One alarm of a duty went twice to the same person in the same post.
select format('%s/%s/%s/%s', case_no, key, cycle, rung) as subject, format('%s %s 次', post, count(*)) as text
from notices where cycle > 0 and level in ('提醒', '超时')
group by case_no, run_id, key, cycle, rung, level, post, recipient, due_at having count(*) > 1;

-- name: i40_charge_unlisted
-- A charge is not in the price list as it is charged (FEE-03).
select format('%s/%s/%s', c.case_no, c.entry_number, c.line) as subject, format('%s %s', c.price_version, c.item) as text
from charges c
where c.price_version is not null and not exists (
    select from price_rates r
    where r.version = c.price_version and r.code = c.item and r.kind = c.kind and r.unit_price = c.unit_price
);

-- name: i51_unknown_building
-- A case is of a building that its estate does not have, and is not outside all of them.
select c.no as subject, c.building as text
from cases c
where c.building <> '公共区域'
    and not exists (select from buildings b where b.estate = c.estate and c.building in (b.code, b.name));

-- name: i52_unmasked_without_purpose
-- Somebody read full data, and nobody can tell what for.
select a.id::text as subject, format('%s %s', a.case_no, a.what) as text
from access_log a where btrim(a.purpose) = '';

-- name: i52_unmasked_by_a_stranger
-- Somebody read full data who never had a key or whose key was taken back before, or of a case or household that is not;
-- a room that was searched for stands there by its digest, never in words.
select a.id::text as subject, format('%s %s', a.case_no, a.principal) as text
from access_log a
where not exists (select from cases c where c.no = a.case_no)
    and not (a.case_no = '' and (
        a.what ~ '^room:[0-9a-f]{64}$' or exists (select from households h where a.what = 'household:' || h.id)
    ))
    or not exists (
        select from principals p
        where p.id = a.principal
            and a.at <= coalesce(p.revoked_at, 'infinity') + interval '5 seconds' -- an answer is kept for a second
    );

-- name: i63_idle_in_transaction
-- A connection of the desk holds a transaction open and does nothing in it.
select a.pid::text as subject, a.application_name as text
from pg_stat_activity a
where a.datname = current_database() and a.usename = current_user and a.pid <> pg_backend_pid()
    and a.state like 'idle in transaction%' and a.state_change < $1::timestamptz - interval '5 seconds';

-- name: i65_ahead_of_its_record
-- Something is filed as having happened after the desk heard of it, beyond the skew of clocks.
select format('%s/%s', e.case_no, e.number) as subject, e.type as text
from entries e left join commands o on o.id = e.command_id
where e.at > greatest(e.recorded_at, o.accepted_at) + interval '5 seconds';

-- name: wrapped_by_others
-- Data keys that none of these master keys opens.
select owner, master_key_id from data_keys where master_key_id <> all($1::text[]) order by owner;

-- name: cases_to_check
-- Every case with what its file is held against.
select c.no, c.procedure, c.estate, c.edition, c.drill, v.run_id, v.number, v.stage, v.waiting_for, v.open, v.overdue,
    v.next_due_at, v.closed_at, v.result, v.crew, o.id as command, o.body as opening
from cases c
left join case_views v on v.case_no = c.no
left join commands o on o.case_no = c.no and o.kind = 'open'
order by c.no;

-- name: entries_to_check
-- All entries of a case, of every run.
select run_id, number, type, label, at, recorded_at, by_id, source, backdated, command_id, body, encode(digest, 'hex') as digest
from entries where case_no = $1 order by run_id, number;

-- name: duties_to_check
-- The duties of a run of a case.
select key, cycle, rule, label, owed_by, owed_by_id, started_at, first_due_at, due_at, provisional, state, ended_at,
    ended_by, breached_at
from duties where case_no = $1 and run_id = $2;

-- name: notices_to_check
-- The notices of a run of a case, less those that went to the director for want of anybody on duty.
select distinct entry_number, key, cycle, rule, level, rung, post, text, due_at, late, urgent, raised_at
from notices where case_no = $1 and run_id = $2 and text not like '【无人值班】%';

-- name: charges_to_check
-- The charges of a run of a case.
select entry_number, line, item, kind, coalesce(price_version, '') as price_version, unit_price, quantity, amount
from charges where case_no = $1 and run_id = $2;

-- name: copies_to_check
-- Where the copies of a case's form are.
select round, copy, holder, since, reference, entry_number from form_copies where case_no = $1;

-- name: known_buildings
-- Every building by its code and by its name, and what lies outside all of them.
select estate, code as building from buildings union select estate, name from buildings
union select code, '公共区域' from estates;
