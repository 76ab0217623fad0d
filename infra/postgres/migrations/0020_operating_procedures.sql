-- REP-115: by which 维修操作规程 of the company a kind of fault or of facility is repaired.
create table operating_procedures (
    estate text not null references estates (code),
    kind text not null,
    title text not null check (title <> ''),
    reference text not null check (reference <> ''),    -- a number in the company's files, or an address
    primary key (estate, kind)
);
