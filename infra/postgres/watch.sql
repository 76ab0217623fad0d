-- Statements of the watcher: what has fallen silent, and the alarms about it.

-- name: silent_processes
-- Expected or once seen processes of which no instance has given a sign of life lately, nor since the watcher came up:
-- it may be up before them. A silence that was told of before the watcher came up anew goes on.
select p.process as subject,
    p.process || '，' || coalesce('最后心跳 ' || to_char(max(h.at) at time zone 'Asia/Shanghai', 'MM-DD HH24:MI:SS'), '从未启动') as text
from (select unnest($1::text[]) union select process from heartbeats where process <> 'watcher') as p (process)
left join heartbeats h on h.process = p.process
group by p.process
having least(now() - max(h.at), $3::interval) > $2::interval -- least passes over the null of one that never beat
    or (coalesce(now() - max(h.at) > $2::interval, true) and exists (
        select from alarms a where a.kind = 'silent_process' and a.subject = p.process and a.cleared_at is null));

-- name: stuck_commands
-- Cases with commands that were acknowledged long ago and are neither applied nor refused.
select case_no as subject, format('单号 %s，%s 项，最早 %s', case_no, count(*),
    to_char(min(accepted_at) at time zone 'Asia/Shanghai', 'MM-DD HH24:MI:SS')) as text
from commands where state = 'accepted' and accepted_at < now() - $1::interval
group by case_no;

-- name: dead_letters
-- Commands that cannot be delivered.
select id::text as subject, format('单号 %s，%s', case_no, verb) as text from commands where state = 'dead';

-- name: duties_without_verdict
-- Duties of the run that counts that are past due and still open: their clock has died.
select format('%s/%s/%s', d.case_no, d.key, d.cycle) as subject, format('单号 %s，%s，截止 %s', d.case_no, d.rule,
    to_char(d.due_at at time zone 'Asia/Shanghai', 'MM-DD HH24:MI:SS')) as text
from duties d join case_views v on v.case_no = d.case_no and v.run_id = d.run_id
where d.state = 'open' and d.due_at < now() - $1::interval;

-- name: undelivered_notices
-- Recipients (or posts) whose notices have had no receipt for too long.
select coalesce(nullif(recipient, ''), post) as subject,
    format('%s，%s 条，最早 %s', coalesce(nullif(recipient, ''), post), count(*),
    to_char(min(created_at) at time zone 'Asia/Shanghai', 'MM-DD HH24:MI:SS')) as text
from notices
where state = 'pending' and created_at < now() - case when urgent then $2::interval else $1::interval end
group by coalesce(nullif(recipient, ''), post);

-- name: unreached_staff
-- Notices that nobody has told the recipient of yet.
select t.subject, t.text
from tasks t join notices n on n.id = case when t.kind = 'notice_unreached' then t.subject::uuid end
where t.kind = 'notice_unreached' and t.done_at is null and n.acknowledged_at is null;

-- name: uncovered_posts
-- Round-the-clock posts with half hours ahead in which neither the post nor a stand-in has anybody on duty.
select format('%s/%s', p.estate, p.post) as subject, format('%s %s，自 %s 起，共 %s 个半小时', p.estate, p.post,
    to_char(min(h.at) at time zone 'Asia/Shanghai', 'MM-DD HH24:MI'), count(*)) as text
from required_posts p
cross join generate_series(date_trunc('hour', now()) + interval '30 minutes', now() + $1::interval, interval '30 minutes')
    as h (at)
where p.demand = 'round_the_clock' and not exists (select from on_duty(p.estate, p.post, h.at))
group by p.estate, p.post;

-- name: ask_for_calendar_years
-- A year that an estate's working calendar lacks becomes a task for a person, once and for all.
select ask_for_calendar(c.estate, w.year)
from calendars c cross join unnest($1::integer[]) as w (year)
where not exists (select from calendar_years y where y.estate = c.estate and y.year = w.year)
    and not exists (
        select from tasks t where t.estate = c.estate and t.kind = 'calendar_year' and t.subject = w.year::text
    );

-- name: open_cases
-- Cases that ought to have a running workflow; the step that applies the opening files the view.
select v.case_no as no from case_views v join cases c on c.no = v.case_no
where v.open and c.created_at < now() - $1::interval;

-- name: without_open_case
-- Of these workflow ids, those whose case does not exist or was closed a while ago.
select r.no from unnest($1::text[]) as r (no)
left join cases c on c.no = r.no
left join case_views v on v.case_no = r.no
where c.no is null or (not v.open and v.updated_at < now() - $2::interval);

-- name: schedule_marks
-- When each schedule is expected next.
select schedule, expected_at from schedule_marks;

-- name: mark_schedules
-- Remember when each schedule is expected next.
insert into schedule_marks (schedule, expected_at) select * from unnest($1::text[], $2::timestamptz[])
on conflict (schedule) do update set expected_at = excluded.expected_at;

-- name: raise_alarms
-- Open an alarm for each finding that has none yet.
insert into alarms (kind, subject, text) select * from unnest($1::text[], $2::text[], $3::text[])
on conflict (kind, subject) where cleared_at is null do nothing
returning kind, subject;

-- name: clear_alarms
-- Close the alarms of the kinds that were looked at and are no longer found.
update alarms a set cleared_at = now()
where a.cleared_at is null and a.kind = any($1::text[])
    and not exists (
        select from unnest($2::text[], $3::text[]) as f (kind, subject) where f.kind = a.kind and f.subject = a.subject
    )
returning kind, subject;

-- name: lease_untold_alarms
-- Take the open alarms that nobody has been told of, so that two watchers do not both tell.
update alarms set leased_until = now() + $1::interval, attempts = attempts + 1
where id in (
    select id from alarms where told_at is null and cleared_at is null and leased_until < now()
    order by raised_at, id limit 500
    for update skip locked
)
returning id, kind, subject, text;

-- name: told_alarms
-- Somebody has been told: the channel's receipt.
update alarms set told_at = now(), channel = $2, receipt = $3 where id = any($1::uuid[]) and told_at is null;

-- name: open_alarm_counts
-- How many alarms of each kind are open.
select kind, count(*)::integer as open from alarms where cleared_at is null group by kind;
