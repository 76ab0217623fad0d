-- Statements of the monthly costs (FEE-01).

-- name: reckon
-- The costs of the month $2 of an estate by kind of fault, over that month and the twelve that end with it, and the
-- orders of the month above $3 times the mean of their kind; nothing where the month is reckoned already.
-- An order counts in the month in which its end was recorded, whenever that was said to be (补录), with what is charged in force; it is of the kind of its dearest item,
-- of one that no list has, of the kind reported. Drills and orders without a charge do not count.
with made as (
    insert into cost_reports (estate, month, factor) values ($1, $2, $3) on conflict do nothing returning estate, month
),
orders as (
    select v.case_no, date_trunc('month', e.recorded_at at time zone 'Asia/Shanghai')::date as month,
        sum(f.amount) as amount,
        coalesce(
            (array_agg(i.category order by f.amount desc, i.category) filter (where i.category is not null))[1],
            max(split_part(r.about, '（', 1)), '其他'
        ) as fault
    from made
    join cases c on c.estate = made.estate and c.procedure = 'REP' and not c.drill
    join case_views v on v.case_no = c.no and not v.open
    join entries e on e.case_no = v.case_no and e.run_id = v.run_id and e.number = v.number
        and e.recorded_at >= (made.month - interval '11 months') at time zone 'Asia/Shanghai'
        and e.recorded_at < (made.month + interval '1 month') at time zone 'Asia/Shanghai'
    join charges_in_force f on f.case_no = v.case_no and f.run_id = v.run_id
    left join price_items i on i.version = f.price_version and i.code = f.item
    left join case_rooms r on r.case_no = v.case_no
    group by v.case_no, e.recorded_at
),
lines as (
    insert into cost_lines (estate, month, fault, month_orders, month_total, orders, total)
    select made.estate, made.month, o.fault, count(*) filter (where o.month = made.month),
        coalesce(sum(o.amount) filter (where o.month = made.month), 0), count(*), sum(o.amount)
    from made join orders o on true
    group by made.estate, made.month, o.fault
    returning fault, orders, total
)
insert into cost_flags (estate, month, case_no, fault, amount)
select made.estate, made.month, o.case_no, o.fault, o.amount
from made join orders o on o.month = made.month join lines l on l.fault = o.fault
where o.amount * l.orders > $3 * l.total;

-- name: flagged
-- How many orders of the month are flagged.
select count(*) from cost_flags where estate = $1 and month = $2;

-- name: report
-- When the month was reckoned, by which factor.
select factor, made_at from cost_reports where estate = $1 and month = $2;

-- name: lines
-- The month by kind of fault; the mean is of the twelve months.
select fault, month_orders, month_total, orders, total, total / orders as mean
from cost_lines where estate = $1 and month = $2 order by fault;

-- name: flags
-- Its flagged orders, the dearest first, with the mean they were held against.
select f.case_no, f.fault, f.amount, l.total / l.orders as mean
from cost_flags f join cost_lines l on l.estate = f.estate and l.month = f.month and l.fault = f.fault
where f.estate = $1 and f.month = $2 order by f.amount desc, f.case_no;

-- name: months
-- Months that are reckoned, the latest first.
select month from cost_reports where estate = $1 order by month desc limit 24;
