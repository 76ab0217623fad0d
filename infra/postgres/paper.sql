-- Statements about printed forms.

-- name: hold_case_for_printing
-- One printing of a case at a time, until the transaction ends; no row if there is no such case.
select no from cases where no = $1 for no key update;

-- name: printing_asked
-- The printing of a copy that somebody has asked for under a key.
select printing as number, printed_at as at, upto from form_prints
where case_no = $1 and form = $2 and copy = $3 and round = $4 and printed_by = $5 and key = $6;

-- name: add_printing
-- The next printing of a copy.
insert into form_prints (case_no, form, copy, round, printing, printed_by, key, upto)
select $1, $2, $3, $4, coalesce(max(printing), 0) + 1, $5, $6, $7
from form_prints where case_no = $1 and form = $2 and copy = $3 and round = $4
returning printing as number, printed_at as at, upto;

-- name: printing
-- A printing of a copy by its number, the last without one.
select printing as number, printed_at as at, upto from form_prints
where case_no = $1 and form = $2 and copy = $3 and round = $4 and ($5::integer is null or printing = $5)
order by printing desc limit 1;
