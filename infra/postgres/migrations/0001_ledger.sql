-- The ledger: commands accepted, cases, their entries, duties, notices, charges and form copies.

create table estates (
    code text primary key check (code ~ '^[A-Z0-9]{2,8}$'),
    name text not null check (name <> ''),
    timezone text not null default 'Asia/Shanghai'
);

-- One data key per owner ('case:REP-…', 'household:…', 'staff:…'), wrapped by a master key.
-- Destroying the row makes everything sealed with it unreadable, in old backups too once the master key is rotated.
create table data_keys (
    owner text primary key,
    master_key_id text not null,
    wrapped bytea not null,
    created_at timestamptz not null default now()
);

-- Who may use the API: a person or a system, bound to posts and estates. Only the hash of the key is kept.
create table principals (
    id text primary key,
    kind text not null check (kind in ('person', 'system')),
    name text not null,
    posts text[] not null,
    estates text[] not null,
    key_hash bytea not null unique,
    created_at timestamptz not null default now(),
    revoked_at timestamptz
);

-- Gapless numbers: one row a prefix and local day.
create table case_counters (
    prefix text not null check (prefix ~ '^[A-Z]{2,4}$'),
    day date not null,
    last integer not null check (last > 0),
    primary key (prefix, day)
);

create table cases (
    no text primary key check (no ~ '^[A-Z]{2,4}-[0-9]{8}-[0-9]{5}$'),
    procedure text not null,
    estate text not null references estates (code),
    building text not null,
    edition date not null,
    channel text not null,
    received_at timestamptz not null,
    drill boolean not null default false,
    created_at timestamptz not null default now()
);

-- 《来电来访记录》: one row a call or visit, in the transaction that gives the number (CAL-102).
create table calls (
    case_no text primary key references cases (no),
    channel text not null,
    received_at timestamptz not null,
    recorded_by text not null,
    words bytea not null  -- sealed with the case's data key
);

create table commands (
    id uuid primary key,
    client text not null,               -- principal id
    idempotency_key text not null,
    body_hash bytea not null,
    kind text not null check (kind in ('open', 'act')),
    case_no text not null references cases (no),
    verb text not null,
    body bytea not null,                -- sealed with the case's data key
    accepted_at timestamptz not null default now(),
    seq bigint generated always as identity,
    state text not null default 'accepted' check (state in ('accepted', 'applied', 'refused', 'dead')),
    outcome jsonb,
    settled_at timestamptz,
    attempts integer not null default 0,
    next_attempt_at timestamptz not null default now() + interval '5 seconds', -- who accepts it tries first
    last_error text,                    -- a class name, never a message
    unique (client, idempotency_key),
    check ((state = 'accepted') = (settled_at is null))
);
create index commands_due on commands (next_attempt_at) where state = 'accepted';
create index commands_of_case on commands (case_no, seq);

-- The case file, as it happened. Append-only and chained.
create table entries (
    case_no text not null references cases (no),
    run_id text not null,
    number integer not null check (number > 0),
    type text not null,
    label text not null,
    at timestamptz not null,
    recorded_at timestamptz not null,
    by_id text not null,
    by_posts text[] not null,
    source text not null check (source in ('api', 'web_ui', 'system')),
    backdated boolean not null default false,
    command_id uuid,
    rule text,
    body bytea not null,                -- sealed with the case's data key
    digest bytea not null,              -- sha256 over the previous digest and this row
    written_at timestamptz not null default now(),
    primary key (case_no, run_id, number)
);
create unique index entries_command on entries (command_id, run_id) where command_id is not null;
create index entries_of_case on entries (case_no, number);

-- What the case shows now; derived, rebuilt from the entries at will.
create table case_views (
    case_no text primary key references cases (no),
    run_id text not null,
    number integer not null,            -- the last entry it stands on
    stage text not null,
    waiting_for text[] not null,
    waiting_posts text[] not null,
    open boolean not null,
    overdue boolean not null,
    next_due_at timestamptz,
    closed_at timestamptz,
    result text,
    updated_at timestamptz not null
);
create index case_views_open on case_views (next_due_at, case_no) where open;

create table duties (
    case_no text not null references cases (no),
    run_id text not null,
    key text not null,                  -- rule id, with the part after a slash
    cycle integer not null check (cycle > 0),
    rule text not null,
    label text not null,
    owed_by text not null,              -- post
    owed_by_id text,                    -- staff id where the case knows the person
    started_at timestamptz not null,
    first_due_at timestamptz not null,
    due_at timestamptz not null,        -- the last moment on time
    provisional boolean not null default false,
    state text not null check (state in ('open', 'met', 'breached', 'waived', 'superseded')),
    ended_at timestamptz,               -- when it was met, waived or superseded; null while open or never met
    ended_by integer,                   -- number of the entry
    breached_at timestamptz,
    primary key (case_no, run_id, key, cycle),
    check ((state = 'breached') = (breached_at is not null))
);
create index duties_open on duties (due_at) where state = 'open' or (state = 'breached' and ended_at is null);

-- Outbox. One row a person (or post, if nobody is on duty) and alarm.
create table notices (
    id uuid primary key default gen_random_uuid(),
    case_no text not null references cases (no),
    run_id text not null,
    entry_number integer not null,
    key text not null,                  -- duty key, or the rule of a plain notice
    cycle integer not null default 0,   -- of the duty; 0 for a plain notice
    rule text not null,
    level text not null,                -- 告知 | 提醒 | 超时 | 升级
    rung integer not null,
    post text not null,
    recipient text not null default '', -- staff id; '' = the post's own inbox, nobody was on duty
    text text not null,
    due_at timestamptz,
    late boolean not null default false, -- 补发
    urgent boolean not null default false,
    raised_at timestamptz not null,     -- case time
    created_at timestamptz not null default now(),
    state text not null default 'pending' check (state in ('pending', 'sent', 'acknowledged', 'failed')),
    sent_at timestamptz,
    acknowledged_at timestamptz,
    acknowledged_by text,
    next_attempt_at timestamptz not null default now(),
    attempts integer not null default 0,
    unique (case_no, run_id, entry_number, key, rung, level, post, recipient)
);
create index notices_due on notices (next_attempt_at) where state = 'pending';
create index notices_inbox on notices (recipient, created_at desc);
create index notices_post on notices (post, created_at desc);

-- Every attempt to deliver a notice, with what the channel answered.
create table deliveries (
    notice_id uuid not null references notices (id),
    attempt integer not null,
    channel text not null,
    at timestamptz not null default now(),
    receipt text,                       -- the channel's own id of the message
    error text,                         -- the channel's error code
    primary key (notice_id, attempt)
);

create table charges (
    case_no text not null references cases (no),
    run_id text not null,
    entry_number integer not null,
    line integer not null,
    item text not null,
    kind text not null check (kind in ('labour', 'material', 'other')),
    price_version text not null,
    unit_price numeric(12, 2) not null check (unit_price >= 0),
    quantity numeric(10, 3) not null check (quantity > 0),
    amount numeric(12, 2) not null,
    check (amount = round(unit_price * quantity, 2)),
    primary key (case_no, run_id, entry_number, line)
);

create table form_copies (
    case_no text not null references cases (no),
    copy smallint not null check (copy between 1 and 4),
    round integer not null check (round > 0),
    holder text not null,
    since timestamptz not null,
    reference text not null default '', -- file reference (REP-46)
    entry_number integer not null,
    primary key (case_no, round, copy)
);

-- Every printing; a second printing of the same copy is a 补打.
create table form_prints (
    case_no text not null references cases (no),
    form text not null,
    copy smallint not null,
    printing integer not null check (printing > 0),
    printed_at timestamptz not null default now(),
    printed_by text not null,
    primary key (case_no, form, copy, printing)
);

create table access_log (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    principal text not null,
    case_no text not null,
    purpose text not null,
    what text not null
);

-- A process says that it is alive; the watcher alarms when it falls silent.
create table heartbeats (
    process text not null,
    host text not null,
    at timestamptz not null default now(),
    detail jsonb not null default '{}',
    primary key (process, host)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger entries_append_only before update or delete on entries for each row execute function refuse_change();
create trigger entries_no_truncate before truncate on entries for each statement execute function refuse_change();
create trigger calls_append_only before update or delete on calls for each row execute function refuse_change();
create trigger calls_no_truncate before truncate on calls for each statement execute function refuse_change();
create trigger access_append_only before update or delete on access_log for each row execute function refuse_change();
create trigger access_no_truncate before truncate on access_log for each statement execute function refuse_change();

-- A breach is a fact: it stays breached, at the moment it was breached.
create function keep_breach() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'duties are never deleted' using errcode = 'restrict_violation';
    end if;
    if old.state = 'breached' and (new.state <> 'breached' or new.breached_at <> old.breached_at) then
        raise exception 'a breach is permanent' using errcode = 'restrict_violation';
    end if;
    if new.first_due_at <> old.first_due_at then
        raise exception 'the first due time stays on record' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger duties_keep_breach before update or delete on duties for each row execute function keep_breach();
