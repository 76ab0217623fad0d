-- Reference data: what an estate is made of, who works there and when, prices, calendar, open values; tasks for people.

create table buildings (
    estate text not null references estates (code),
    code text not null check (code ~ '^[0-9A-Z-]{1,10}$'),
    name text not null check (name <> ''),
    primary key (estate, code)
);

create table rooms (
    estate text not null,
    code text not null check (code ~ '^[0-9A-Z-]{1,20}$'),
    building text not null,
    kind text not null default '住宅' check (kind <> ''),
    active boolean not null default true,
    primary key (estate, code),
    foreign key (estate, building) references buildings (estate, code)
);

create table households (
    id text primary key check (id ~ '^[A-Z0-9-]{2,20}$'),
    estate text not null,
    room text not null,
    name bytea not null,                -- sealed with the household's data key
    phone bytea,                        -- likewise
    active boolean not null default true,
    foreign key (estate, room) references rooms (estate, code)
);
create index households_room on households (estate, room) where active;

create table staff (
    id text primary key check (id ~ '^[a-z0-9-]{2,20}$'),
    name text not null check (name <> ''),
    active boolean not null default true,
    phone bytea,                        -- the five are sealed with the data key 'staff:<id>'
    email bytea,
    wecom bytea,
    dingtalk bytea,
    feishu bytea
);

create table staff_posts (
    staff text not null references staff (id),
    estate text not null references estates (code),
    post text not null,
    primary key (staff, estate, post)
);
create index staff_posts_held on staff_posts (estate, post);

-- REP-05: the team proposed for a kind of fault.
create table teams (
    estate text not null references estates (code),
    name text not null check (name <> ''),
    members text[] not null,
    primary key (estate, name)
);
create table fault_teams (
    estate text not null,
    fault_kind text not null,
    team text not null,
    primary key (estate, fault_kind),
    foreign key (estate, team) references teams (estate, name) on delete cascade
);

-- A shift whose end is not after its start ends on the next day.
create table shifts (
    estate text not null references estates (code),
    name text not null,
    starts time not null,
    ends time not null check (ends < time '24:00'),
    primary key (estate, name)
);

create table assignments (
    estate text not null,
    post text not null,
    shift text not null,
    weekdays smallint[] not null check (cardinality(weekdays) > 0 and weekdays <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[]),
    staff text not null,
    valid_from date not null,
    valid_until date check (valid_until >= valid_from),
    unique (estate, post, shift, staff, valid_from),
    foreign key (estate, shift) references shifts (estate, name),
    foreign key (staff, estate, post) references staff_posts (staff, estate, post)
);

create table leaves (
    estate text not null references estates (code),
    staff text not null references staff (id),
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at),
    primary key (estate, staff, starts_at)
);

create table stand_ins (
    estate text not null references estates (code),
    post text not null,
    rank smallint not null check (rank > 0),
    deputy text not null check (deputy <> post),
    primary key (estate, post, rank),
    unique (estate, post, deputy)
);

-- Posts that the roster must keep filled (STA-101, STA-103), stand-ins included.
create table required_posts (
    estate text not null references estates (code),
    post text not null,
    demand text not null check (demand in ('round_the_clock', 'every_day')),
    primary key (estate, post, demand)
);

-- 《有偿维修收费标准》: a version is in force from the beginning of its local day until the next one's.
create table price_versions (
    version text primary key check (version ~ '^[A-Z0-9.-]{2,30}$'),
    estate text not null references estates (code),
    effective_from date not null,
    unique (estate, effective_from)
);

create table price_items (
    version text not null references price_versions (version),
    code text not null check (code ~ '^[A-Z0-9-]{2,20}$'),
    name text not null check (name <> ''),
    category text not null,             -- the fault kind
    unit text not null check (unit <> ''),
    primary key (version, code)
);

-- One price a kind of charge; a charge references all four columns, so that no other price can be written.
create table price_rates (
    version text not null,
    code text not null,
    kind text not null check (kind in ('labour', 'material', 'other')),
    unit_price numeric(12, 2) not null check (unit_price >= 0),
    primary key (version, code, kind),
    unique (version, code, kind, unit_price),
    foreign key (version, code) references price_items (version, code) on delete cascade
);

create table calendars (
    estate text primary key references estates (code),
    version text not null,
    weekdays smallint[] not null check (cardinality(weekdays) > 0 and weekdays <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[]),
    windows text[] not null,            -- '09:00-12:00', in order
    closes_with_windows boolean not null
);

create table calendar_years (
    estate text not null references calendars (estate),
    year smallint not null,
    holidays date[] not null,
    workdays date[] not null,           -- make-up working days
    primary key (estate, year)
);

-- The company's settings for what the rulebook leaves open; the value in force is the latest that has begun.
create table open_values (
    estate text not null references estates (code),
    id text not null check (id ~ '^OV-[0-9]{2,3}$'),
    effective_from date not null,
    value text not null check (value <> ''),
    primary key (estate, id, effective_from)
);

-- Who loaded what and when.
create table loads (
    id bigint generated always as identity primary key,
    estate text not null references estates (code),
    loaded_at timestamptz not null default now(),
    loaded_by text not null,
    sha256 bytea not null,              -- over every file, by name
    files jsonb not null,               -- name to sha256
    changes jsonb not null              -- table to added, changed, removed
);

-- Something a person has to do so that the desk can be right again; open until done_at.
create table tasks (
    id bigint generated always as identity primary key,
    estate text not null references estates (code),
    kind text not null,
    subject text not null,
    post text not null,
    text text not null,
    created_at timestamptz not null default now(),
    done_at timestamptz,
    unique (estate, kind, subject)
);
create index tasks_open on tasks (estate, post, created_at) where done_at is null;

-- Staff ids on duty in a post at a moment, by Asia/Shanghai shifts, less leaves; when nobody of the
-- post is there, the first deputy post that has somebody; empty when none has.
create function on_duty(in_estate text, in_post text, at_moment timestamptz) returns setof text
language sql stable parallel safe rows 4 as $$
    with chain as (
        select in_post as post, 0 as rank
        union all
        select deputy, rank from stand_ins where estate = in_estate and post = in_post
    ),
    moment as (
        select at_moment at time zone 'Asia/Shanghai' as local
    ),
    present as (
        select chain.rank, a.staff
        from moment
        cross join lateral (values (moment.local::date), (moment.local::date - 1)) as begun (day)
        join assignments a on a.estate = in_estate
        join chain on chain.post = a.post
        join shifts s on s.estate = a.estate and s.name = a.shift
        join staff on staff.id = a.staff and staff.active
        where extract(isodow from begun.day)::smallint = any (a.weekdays)
            and begun.day >= a.valid_from
            and (a.valid_until is null or begun.day <= a.valid_until)
            and moment.local >= begun.day + s.starts
            and moment.local < begun.day + s.ends + case when s.ends > s.starts then interval '0' else interval '1 day' end
            and not exists (
                select from leaves l
                where l.estate = a.estate and l.staff = a.staff and at_moment >= l.starts_at and at_moment < l.ends_at
            )
    )
    select distinct staff from present where rank = (select min(rank) from present) order by staff
$$;

-- A year that the working calendar lacks becomes a task for a person, once.
create function ask_for_calendar(in_estate text, in_year integer) returns void language sql as $$
    insert into tasks (estate, kind, subject, post, text)
    select in_estate, 'calendar_year', in_year::text, '客服部主管',
        format('工作日历缺 %s 年（节假日与调休），相关时限为暂定；请在 calendar.toml 补充后重新载入', in_year)
    where not exists (select from calendar_years where estate = in_estate and year = in_year)
    on conflict (estate, kind, subject) do update set done_at = null where tasks.done_at is not null
$$;

-- A provisional due time stands on such a year.
create function ask_for_provisional_years() returns trigger language plpgsql as $$
begin
    perform ask_for_calendar(
        (select estate from cases where no = new.case_no), missing.year)
    from generate_series(
        extract(year from new.started_at at time zone 'Asia/Shanghai')::integer,
        extract(year from new.due_at at time zone 'Asia/Shanghai')::integer) as missing (year);
    return null;
end $$;
create trigger duties_ask_for_calendar after insert on duties for each row
    when (new.provisional) execute function ask_for_provisional_years();
