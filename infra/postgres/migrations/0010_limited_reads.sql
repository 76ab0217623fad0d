-- What is read by a page at a time is read in the order of an index, and no further than the page.

-- The estate of the notice's case: a post's inbox is one estate's.
alter table notices add column estate text;
update notices n set estate = c.estate from cases c where c.no = n.case_no;
alter table notices alter column estate set not null;

-- Who files a notice gives the estate; a program of the version before does not know it.
create function fill_notice_estate() returns trigger language plpgsql as $$
begin
    new.estate := (select estate from cases where no = new.case_no);
    return new;
end $$;
create trigger notices_fill_estate before insert on notices for each row
    when (new.estate is null) execute function fill_notice_estate();

create index notices_to on notices (recipient, created_at desc, id desc);
create index notices_at_post on notices (estate, post, created_at desc, id desc);
drop index notices_inbox, notices_post;

create index cases_listed on cases (estate, created_at desc, no desc);
create index case_views_late on case_views (overdue desc, next_due_at, case_no) where open;
drop index case_views_open;

-- Cases that have not filed their first step, and with it applied the command that opened them.
create index commands_opening on commands (case_no) where kind = 'open' and state <> 'applied';
create index commands_dead on commands (id) where state = 'dead';
