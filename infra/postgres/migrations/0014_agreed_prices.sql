-- FEE-02, FEE-106: what the list does not name is charged by its review, or as it was agreed for further work.
alter table charges alter column price_version drop not null;
alter table charges add constraint charges_listed_or_agreed
    check (price_version is not null or item in ('REVIEWED', 'EXTRA'));

-- OV-40 leaves open three lengths: the first reminder, the second, and the end of the wait.
alter table open_values drop constraint open_values_id_check;
alter table open_values add constraint open_values_id_check check (id ~ '^OV-[0-9]{2,3}(-[0-9])?$');
