-- Statements about who can be given work.

-- name: repairers
-- The active repairers of an estate at the moment $2, each with whether he is trained for $3 and how many open cases
-- wait for him: those on whose crew he is, and where a repairer is among the posts that are waited for.
select s.id, s.name, there.until as on_duty_until, coalesce(held.cases, 0) as in_hand,
    exists (
        select from leaves l where l.estate = $1 and l.staff = s.id and l.starts_at <= $2 and $2 < l.ends_at
    ) as on_leave,
    exists (select from skills k where k.estate = $1 and k.staff = s.id and k.trade = $3) as trained
from staff s
join staff_posts p on p.staff = s.id and p.estate = $1 and p.post = '维修人员'
left join (
    select staff, max(until) as until from shifts_at($1, $2) group by staff
) as there on there.staff = s.id
left join (
    select one.staff, count(*) as cases
    from case_views v cross join lateral unnest(v.crew) as one (staff)
    where v.open and '维修人员' = any (v.waiting_posts)
        and v.crew && array(select staff from staff_posts where estate = $1 and post = '维修人员')
    group by one.staff
) as held on held.staff = s.id
where s.active
order by s.id;
