-- Statements about printed forms.

-- name: hold_case_for_printing
-- One printing of a case at a time, until the transaction ends; no row if there is no such case.
select no from cases where no = $1 for no key update;

-- name: add_printing
-- The next printing of a copy, and its number.
insert into form_prints (case_no, form, copy, printing, printed_by)
select $1, $2, $3, coalesce(max(printing), 0) + 1, $4
from form_prints where case_no = $1 and form = $2 and copy = $3
returning printing;
