-- Delivery of notices: lanes, digests, a person's own order of channels; and the watcher's alarms.

-- Several notices sent as one message share its id, which is also its dedup key.
alter table notices add column digest uuid;
create index notices_lane on notices (recipient, urgent, created_at) where state = 'pending';

-- The order in which a person wants to be reached; without rows, the company's order.
create table staff_channels (
    staff text not null references staff (id),
    rank smallint not null check (rank > 0),
    channel text not null check (channel in ('wecom', 'dingtalk', 'feishu', 'webhook', 'mail')),
    primary key (staff, rank),
    unique (staff, channel)
);

-- One lane a person and urgency: its notices go out in order, by one notifier at a time, under a lease.
create table notice_lanes (
    recipient text not null,
    urgent boolean not null,
    holder uuid,
    leased_until timestamptz not null default '-infinity',
    next_attempt_at timestamptz not null default '-infinity',
    failures integer not null default 0,  -- passes in a row in which no channel took anything
    primary key (recipient, urgent)
);

create function ring_for_notices() returns trigger language plpgsql as $$
begin
    perform pg_notify('notices', '');
    return null;
end $$;
create trigger notices_ring after insert on notices for each statement execute function ring_for_notices();

-- What the watcher found: one open row a finding, told once, cleared when it is no longer so.
create table alarms (
    id uuid primary key default gen_random_uuid(),
    kind text not null,
    subject text not null,              -- a case number, process, schedule, post: never a person's name
    text text not null,
    raised_at timestamptz not null default now(),
    cleared_at timestamptz,
    told_at timestamptz,                -- when a channel of the watcher gave a receipt
    channel text,
    receipt text,
    leased_until timestamptz not null default '-infinity',
    attempts integer not null default 0,
    check ((told_at is null) = (receipt is null))
);
create unique index alarms_open on alarms (kind, subject) where cleared_at is null;

-- The next run that the watcher expects of a schedule; missed if it passes without an action.
create table schedule_marks (
    schedule text primary key,
    expected_at timestamptz not null
);
