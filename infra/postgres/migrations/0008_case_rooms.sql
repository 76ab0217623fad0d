-- Cases of one room are found by a digest of it, keyed with the data key 'rooms:ESTATE': rooms themselves are sealed.
create table case_rooms (
    case_no text primary key references cases (no),
    estate text not null references estates (code),
    digest bytea not null check (octet_length(digest) = 32),
    about text not null                 -- the kind of thing it is about, from a closed list: nothing personal
);
create index case_rooms_same on case_rooms (estate, digest);
