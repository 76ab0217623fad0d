-- A printing is asked for under a key, so that it counts once, and is shown again as it was.
alter table form_prints
    add column key text,
    add column upto integer;            -- the last entry of the case file that stands on it
create unique index form_prints_asked on form_prints (case_no, form, copy, printed_by, key) where key is not null;
