-- What runs by the calendar: the register of equipment, the plan, and the costs of each month.

-- 设施设备台账 (PUB-105).
create table equipment (
    estate text not null references estates (code),
    code text not null check (code ~ '^[A-Z0-9-]{2,20}$'),
    name text not null check (name <> ''),
    kind text not null,
    place text not null check (place <> ''),
    building text,                      -- null outside all buildings
    primary key (estate, code),
    foreign key (estate, building) references buildings (estate, code)
);

-- PUB-104, PUB-105, PUB-107: what is done regularly; each row becomes a Temporal Schedule.
create table routines (
    estate text not null references estates (code),
    code text not null check (code ~ '^[A-Z0-9-]{2,20}$'),
    rule text not null check (rule in ('PUB-104', 'PUB-105', 'PUB-107')),
    title text not null check (title <> ''),
    place text not null check (place <> ''),
    building text,
    equipment text,
    day smallint check (day between 1 and 28),
    weekday smallint check (weekday between 1 and 7),
    at time not null,                   -- Asia/Shanghai
    post text not null,
    allowed interval not null check (allowed > interval '0'),
    primary key (estate, code),
    check (num_nonnulls(day, weekday) = 1),
    check (rule <> 'PUB-105' or equipment is not null),
    foreign key (estate, building) references buildings (estate, code),
    foreign key (estate, equipment) references equipment (estate, code)
);

-- FEE-01: a month is reckoned once; what closes later with an earlier moment belongs to no report any more.
create table cost_reports (
    estate text not null references estates (code),
    month date not null check (extract(day from month) = 1),
    factor numeric not null check (factor > 0),
    made_at timestamptz not null default now(),
    primary key (estate, month)
);

-- By kind of fault: the month, and the twelve months that end with it.
create table cost_lines (
    estate text not null,
    month date not null,
    fault text not null,
    month_orders integer not null,
    month_total numeric(14, 2) not null,
    orders integer not null check (orders > 0),
    total numeric(14, 2) not null,
    primary key (estate, month, fault),
    foreign key (estate, month) references cost_reports (estate, month)
);

-- Orders of the month above the factor times the mean of their kind.
create table cost_flags (
    estate text not null,
    month date not null,
    case_no text not null references cases (no),
    fault text not null,
    amount numeric(14, 2) not null,
    primary key (estate, month, case_no),
    foreign key (estate, month, fault) references cost_lines (estate, month, fault)
);
