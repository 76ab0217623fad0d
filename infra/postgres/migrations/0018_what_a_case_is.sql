-- What a case is, and which posts owe something in it, as every list shows them.

-- Of what the desk itself opens, what staff call it: the name of the plan. A call's kind stands in case_rooms.
alter table cases add column title text not null default '';

create function about_of(no text, title text) returns text language sql stable as $$
    select coalesce(nullif(title, ''), (select k.about from case_rooms k where k.case_no = no), '')
$$;

-- The posts that owe something in a run of a case, whoever's limit ends first before the others.
create function owing_posts(no text, run text) returns text[] language sql stable as $$
    select array(
        select d.owed_by from duties d
        where d.case_no = no and d.run_id = run and (d.state = 'open' or (d.state = 'breached' and d.ended_at is null))
        group by d.owed_by order by min(d.due_at), d.owed_by
    )
$$;
