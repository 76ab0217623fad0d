-- Statements by which the cases are found that one is bound to.

-- name: of_case
-- Both sides of what the files say of it; ``own``: this case's file says so, else the other's. A later case of one that
-- had gone into another was taken out of that one.
with bound as (
    select l.kind, l.case_no, l.other_no from case_links l where l.filed and (l.case_no = $1 or l.other_no = $1)
    union all
    select 'taken_out', n.case_no, m.other_no
    from case_links n join case_links m on m.case_no = n.other_no and m.kind = 'merged_into' and m.filed
    where n.kind = 'came_after' and n.filed and (n.case_no = $1 or m.other_no = $1)
)
select c.no,
    case when b.kind = 'merged_into' and exists (
        select from case_links n where n.kind = 'came_after' and n.filed and n.other_no = b.case_no
    ) then 'merged_wrongly' else b.kind end as entry,
    b.case_no = $1 as own, c.received_at, coalesce(v.open, true) as open, coalesce(v.stage, '') as stage, v.result
from bound b
join cases c on c.no = case when b.case_no = $1 then b.other_no else b.case_no end
left join case_views v on v.case_no = c.no
order by c.received_at, c.no;
