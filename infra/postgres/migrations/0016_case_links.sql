-- Which case went into another, and which came after another: by numbers only, so nothing personal.
create table case_links (
    case_no text not null references cases (no),
    kind text not null check (kind in ('merged_into', 'came_after')),  -- the type of the entry that says so
    other_no text not null references cases (no),
    filed boolean not null,             -- false: it was asked for, and the case may still refuse it
    primary key (case_no, kind, other_no),
    check (case_no <> other_no)
);
create index case_links_other on case_links (other_no);
