-- Statements by which the cases are found that one is bound to.

-- name: of_case
-- Both sides of what the files say of it; ``own``: this case's file says so, else the other's.
select c.no, l.kind as entry, l.case_no = $1 as own, c.received_at, coalesce(v.open, true) as open,
    coalesce(v.stage, '') as stage, v.result
from case_links l
join cases c on c.no = case when l.case_no = $1 then l.other_no else l.case_no end
left join case_views v on v.case_no = c.no
where l.filed and (l.case_no = $1 or l.other_no = $1)
order by c.received_at, c.no;
