-- Statements of the ledger: one writes a whole step of a case.

-- name: file_step
-- Entries, duties, notices, charges, copies, view, the commands they settle and what they pass on to other cases;
-- nothing if the entries are there already.
-- An entry that stands there with another digest would be changed, which entries_append_only refuses with all the rest.
-- Where the entry before the first is missing nothing is written: the ledger is older than the case.
with given as (
    select * from jsonb_to_recordset($4::jsonb) as e (
        number integer, type text, label text, at timestamptz, recorded_at timestamptz, by_id text, by_posts text[],
        source text, backdated boolean, command_id uuid, rule text, body text, digest text, other text
    )
),
added as (
    insert into entries (
        case_no, run_id, number, type, label, at, recorded_at, by_id, by_posts, source, backdated, command_id, rule,
        body, digest
    )
    select $1, $2, number, type, label, at, recorded_at, by_id, by_posts, source, backdated, command_id, rule,
        decode(body, 'base64'), decode(digest, 'hex')
    from given
    where (select min(g.number) from given g) = 1
        or exists (
            select from entries e where e.case_no = $1 and e.number = (select min(g.number) - 1 from given g)
        )
    on conflict (case_no, run_id, number) do update set digest = excluded.digest where entries.digest <> excluded.digest
    returning number, command_id
),
kept_duties as (
    insert into duties (
        case_no, run_id, key, cycle, rule, label, owed_by, owed_by_id, started_at, first_due_at, due_at, provisional,
        state, ended_at, ended_by, breached_at
    )
    select $1, $2, d.* from jsonb_to_recordset($5::jsonb) as d (
        key text, cycle integer, rule text, label text, owed_by text, owed_by_id text, started_at timestamptz,
        first_due_at timestamptz, due_at timestamptz, provisional boolean, state text, ended_at timestamptz,
        ended_by integer, breached_at timestamptz
    )
    where exists (select from added)
    on conflict (case_no, run_id, key, cycle) do update set
        owed_by_id = excluded.owed_by_id, due_at = excluded.due_at, provisional = excluded.provisional,
        state = excluded.state, ended_at = excluded.ended_at, ended_by = excluded.ended_by,
        breached_at = excluded.breached_at
),
told as (
    select n.*, coalesce(n.person, d.staff) as recipient
    from jsonb_to_recordset($6::jsonb) as n (
        entry_number integer, key text, cycle integer, rule text, level text, rung integer, post text, person text,
        text text, due_at timestamptz, late boolean, urgent boolean, raised_at timestamptz
    )
    left join lateral (
        select staff from on_duty($3, n.post, n.raised_at) as staff where n.person is null
    ) as d on true
    where exists (select from added)
),
nobody as (
    select t.*, d.staff as director
    from told t
    left join lateral (select staff from on_duty($3, '值班主任', t.raised_at) as staff) as d on true
    where t.recipient is null
),
kept_notices as (
    insert into notices (
        case_no, run_id, estate, entry_number, key, cycle, rule, level, rung, post, recipient, text, due_at, late, urgent,
        raised_at
    )
    select $1, $2, $3, entry_number, key, cycle, rule, level, rung, post, coalesce(recipient, ''), text, due_at, late,
        urgent, raised_at
    from told
    union all
    select $1, $2, $3, entry_number, key, cycle, rule, '升级', rung, '值班主任', coalesce(director, ''),
        format('【无人值班】%s无人值班，请代为处理：%s', post, text), due_at, late, true, raised_at
    from nobody
    on conflict do nothing
),
kept_charges as (
    insert into charges (
        case_no, run_id, entry_number, line, item, kind, price_version, unit_price, quantity, amount
    )
    select $1, $2, entry_number, line, item, kind, nullif(price_version, ''), unit_price, quantity, amount
    from jsonb_to_recordset($7::jsonb) as c (
        entry_number integer, line integer, item text, kind text, price_version text, unit_price numeric,
        quantity numeric, amount numeric
    )
    where exists (select from added)
    on conflict do nothing
),
kept_copies as (
    insert into form_copies (case_no, round, copy, holder, since, reference, entry_number)
    select $1, p.* from jsonb_to_recordset($8::jsonb) as p (
        round integer, copy smallint, holder text, since timestamptz, reference text, entry_number integer
    )
    where exists (select from added)
    on conflict (case_no, round, copy) do update set
        holder = excluded.holder, since = excluded.since, reference = excluded.reference,
        entry_number = excluded.entry_number
),
shown as (
    insert into case_views (
        case_no, run_id, number, stage, waiting_for, waiting_posts, open, overdue, next_due_at, closed_at, result,
        updated_at, crew
    )
    select $1, $2, v.* from jsonb_to_record($9::jsonb) as v (
        number integer, stage text, waiting_for text[], waiting_posts text[], open boolean, overdue boolean,
        next_due_at timestamptz, closed_at timestamptz, result text, updated_at timestamptz, crew text[]
    )
    where exists (select from added)
    on conflict (case_no) do update set
        run_id = excluded.run_id, number = excluded.number, stage = excluded.stage,
        waiting_for = excluded.waiting_for, waiting_posts = excluded.waiting_posts, open = excluded.open,
        overdue = excluded.overdue, next_due_at = excluded.next_due_at, closed_at = excluded.closed_at,
        result = excluded.result, updated_at = excluded.updated_at, crew = excluded.crew
),
linked as (
    insert into case_links (case_no, kind, other_no, filed)
    select $1, g.type, g.other, true from given g join added a on a.number = g.number where g.other is not null
    on conflict (case_no, kind, other_no) do update set filed = true
),
passed_on as (
    insert into commands (
        id, client, idempotency_key, body_hash, kind, case_no, verb, body, accepted_at, next_attempt_at
    )
    select p.id, 'case:' || $1, p.key, decode(p.hash, 'base64'), 'act', p.case_no, p.verb, decode(p.body, 'base64'),
        p.accepted_at, now()
    from jsonb_to_recordset($10::jsonb) as p (
        id uuid, key text, hash text, case_no text, verb text, body text, accepted_at timestamptz
    )
    where exists (select from added)
    on conflict do nothing
),
settled as (
    update commands set
        state = 'applied', settled_at = now(),
        outcome = jsonb_build_object('number', added.number, 'stage', $9::jsonb ->> 'stage')
    from added
    where commands.id = added.command_id and commands.state = 'accepted'
)
select pg_notify('liyuan_cases', $1) as told from added;

-- name: digests_of
-- What stands under these numbers of a run.
select number, encode(digest, 'hex') as digest from entries where case_no = $1 and run_id = $2 and number = any($3::integer[]);

-- name: actor
-- An active member of staff with the posts held in an estate, and those filled as a stand-in now (REP-18's deputy).
select s.id, s.name, array(
    select post from staff_posts where staff = s.id and estate = $2
    union
    select known.post from (
        -- Only what he can come to stand in for: on_duty costs more than everything else here.
        select distinct i.post from stand_ins i join assignments a on a.estate = i.estate and a.post in (i.post, i.deputy)
        where i.estate = $2 and a.staff = $1
            and i.post not in (select post from staff_posts where staff = $1 and estate = $2)
    ) as known
    where s.id in (select on_duty($2, known.post, now()))
) as posts
from staff s
where s.id = $1 and s.active and exists (select from staff_posts where staff = s.id and estate = $2);
