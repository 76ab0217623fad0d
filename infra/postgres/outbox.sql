-- Statements of the notifier: lanes, attempts and receipts.

-- name: settle_post_inboxes
-- Notices to a post with nobody on duty stand in the post's inbox: that is their delivery.
with given as (
    update notices set state = 'sent', sent_at = now(), attempts = attempts + 1
    where id in (
        select id from notices
        where state = 'pending' and recipient = '' and next_attempt_at <= now()
        order by urgent desc, created_at limit 500
        for update skip locked
    )
    returning id, attempts
)
insert into deliveries (notice_id, attempt, channel, receipt)
select id, attempts, 'inbox', 'inbox:' || id from given
returning notice_id;

-- name: open_lanes
-- Make the lanes that pending notices need.
insert into notice_lanes (recipient, urgent)
select distinct recipient, urgent from notices n
where state = 'pending' and recipient <> ''
    and not exists (select from notice_lanes l where l.recipient = n.recipient and l.urgent = n.urgent)
on conflict do nothing
returning recipient;

-- name: claim_lane
-- Lease the lane with the most urgent, oldest notice that nobody else holds.
update notice_lanes set holder = $1, leased_until = now() + $2::interval
where (recipient, urgent) = (
    select l.recipient, l.urgent
    from notice_lanes l
    cross join lateral (
        select n.created_at from notices n
        where n.recipient = l.recipient and n.urgent = l.urgent and n.state = 'pending' and n.next_attempt_at <= now()
        order by n.created_at limit 1
    ) oldest
    where l.leased_until < now() and l.next_attempt_at <= now() and (l.urgent or not $3)
    order by l.urgent desc, oldest.created_at
    limit 1
    for update of l skip locked
)
returning recipient, urgent, failures;

-- name: waiting_in_lane
-- The pending notices of a lane in their order, a digest that was begun before the rest.
select n.id, n.case_no, n.text, n.late, now() - n.created_at as age, n.digest
from notices n
where n.recipient = $1 and n.urgent = $2 and n.state = 'pending' and n.next_attempt_at <= now()
order by n.digest is null, n.created_at, n.raised_at, n.case_no, n.entry_number, n.rung, n.id
limit 500;

-- name: form_digest
-- Bind notices to one message before it is sent, so that a repetition is the same message.
update notices set digest = $1 where id = any($2::uuid[]) and state = 'pending' and digest is null;

-- name: dissolve_digest
-- Undo a digest that certainly never reached anyone, so that later notices can join it.
update notices n set digest = null
where n.digest = $1 and n.state = 'pending'
    and not exists (
        select from deliveries d join notices m on m.id = d.notice_id
        where m.digest = $1 and d.receipt is null and (d.error is null or d.error like 'unanswered:%')
    );

-- name: begin_attempts
-- Write down that notices are about to be sent, if the lane is still ours and they are still pending.
with held as (
    update notice_lanes set leased_until = now() + $4::interval
    where holder = $1 and recipient = $2 and urgent = $3 and leased_until > now()
    returning holder
),
tried as (
    update notices set attempts = attempts + 1
    where id = any($5::uuid[]) and state = 'pending' and exists (select from held)
    returning id, attempts
)
insert into deliveries (notice_id, attempt, channel)
select id, attempts, $6 from tried
returning notice_id, attempt;

-- name: end_attempts
-- What the channel answered; a receipt settles the notices, whoever holds the lane by now.
with tried as (
    update deliveries d set receipt = $3, error = $4
    from unnest($1::uuid[], $2::integer[]) as a (notice_id, attempt)
    where d.notice_id = a.notice_id and d.attempt = a.attempt
    returning d.notice_id
)
update notices set state = 'sent', sent_at = now()
where $3::text is not null and state = 'pending' and id in (select notice_id from tried);

-- name: hand_to_person
-- No channel reaches the recipient: the notice stays in the inbox and somebody must tell him.
with left_over as (
    update notices set state = 'failed', attempts = attempts + 1
    where id = any($1::uuid[]) and state = 'pending'
    returning id, attempts, case_no, post, level, urgent
),
kept as (
    insert into deliveries (notice_id, attempt, channel, receipt, error)
    select id, attempts, 'inbox', 'inbox:' || id, $2 from left_over
)
insert into tasks (estate, kind, subject, post, text)
select c.estate, 'notice_unreached', o.id::text, $3,
    format('单号 %s 致%s的%s通知未能送达其本人，请当面或电话告知%s', o.case_no, o.post, o.level,
        case when o.urgent then '（紧急）' else '' end)
from left_over o join cases c on c.no = o.case_no
on conflict (estate, kind, subject) do nothing;

-- name: release_lane
-- Give a lane back, to be taken again after a while.
update notice_lanes
set holder = null, leased_until = '-infinity', next_attempt_at = now() + $4::interval, failures = $5
where holder = $1 and recipient = $2 and urgent = $3;

-- name: contact
-- How a member of staff is reached, sealed, and in which order he wants it.
select s.phone, s.email, s.wecom, s.dingtalk, s.feishu,
    array(select c.channel from staff_channels c where c.staff = s.id order by c.rank) as preferred
from staff s where s.id = $1 and s.active;
