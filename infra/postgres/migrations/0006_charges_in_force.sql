-- Work that failed its trial was charged for in vain: of each round the lines count that the resident signed for.
create view charges_in_force as
select c.* from charges c
where (
    select e.type from entries e
    where e.case_no = c.case_no and e.run_id = c.run_id and e.number > c.entry_number
        and e.type in ('work_finished', 'resident_signed', 'signature_excused')
    order by e.number limit 1
) in ('resident_signed', 'signature_excused');
