-- A repair reopened after its return has another form, whose first printing is an original too.
alter table form_prints add column round integer not null default 1 check (round > 0);

-- Whoever was sent after a return was sent under the next form, and what was printed after that was printed of it.
update form_prints p set round = 1 + (
    select count(*) from entries r
    where r.case_no = p.case_no and r.type = 'return_registered' and exists (
        select from entries a
        where a.case_no = r.case_no and a.run_id = r.run_id and a.type = 'assigned'
            and a.number > r.number and a.number <= p.upto
    )
)
where p.upto is not null;

alter table form_prints drop constraint form_prints_pkey;
alter table form_prints add primary key (case_no, form, copy, round, printing);
drop index form_prints_asked;
create unique index form_prints_asked on form_prints (case_no, form, copy, round, printed_by, key)
    where key is not null;
