-- REP-05, REP-107: what repairers are trained for, who is on shift until when, and whose order a case is.

create table skills (
    staff text not null references staff (id),
    estate text not null references estates (code),
    trade text not null check (trade <> ''),    -- a kind of fault, or of public facility
    primary key (staff, estate, trade)
);

-- Whose order it is: the repairer first, then who helps him; derived like the rest of the view.
alter table case_views add column crew text[] not null default '{}';
update case_views v set crew = array(
    select d.owed_by_id from duties d
    where d.case_no = v.case_no and d.run_id = v.run_id and d.owed_by = '维修人员' and d.owed_by_id is not null
    order by d.ended_at desc nulls first limit 1
)
where v.open;
create index case_views_crew on case_views using gin (crew) where open;

-- Who works a shift at a moment, in which post and until when, by Asia/Shanghai shifts, less leaves.
create function shifts_at(in_estate text, at_moment timestamptz)
returns table (staff text, post text, until timestamptz)
language sql stable parallel safe rows 8 as $$
    select a.staff, a.post, (span.ends at time zone 'Asia/Shanghai')
    from (select at_moment at time zone 'Asia/Shanghai' as local) as moment
    cross join lateral (values (moment.local::date), (moment.local::date - 1)) as begun (day)
    join assignments a on a.estate = in_estate
    join shifts s on s.estate = a.estate and s.name = a.shift
    join staff on staff.id = a.staff and staff.active
    cross join lateral (
        select begun.day + s.ends + case when s.ends > s.starts then interval '0' else interval '1 day' end as ends
    ) as span
    where extract(isodow from begun.day)::smallint = any (a.weekdays)
        and begun.day >= a.valid_from
        and (a.valid_until is null or begun.day <= a.valid_until)
        and moment.local >= begun.day + s.starts
        and moment.local < span.ends
        and not exists (
            select from leaves l
            where l.estate = a.estate and l.staff = a.staff and at_moment >= l.starts_at and at_moment < l.ends_at
        )
$$;

-- As before, by the same shifts: when nobody of the post is there, the first deputy post that has somebody.
create or replace function on_duty(in_estate text, in_post text, at_moment timestamptz) returns setof text
language sql stable parallel safe rows 4 as $$
    with chain as (
        select in_post as post, 0 as rank
        union all
        select deputy, rank from stand_ins where estate = in_estate and post = in_post
    ),
    present as (
        select chain.rank, there.staff from shifts_at(in_estate, at_moment) as there join chain on chain.post = there.post
    )
    select distinct staff from present where rank = (select min(rank) from present) order by staff
$$;
