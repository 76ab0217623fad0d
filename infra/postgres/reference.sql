-- Reference data: what the loader compares and writes, and what every process reads. $1 is the estate unless said otherwise.

-- name: lock_estate
-- One load of an estate at a time, until the transaction ends.
select pg_advisory_xact_lock(hashtextextended('load:' || $1, 0));

-- name: estates_now
-- The estate as it stands.
select code, name from estates where code = $1;

-- name: put_estates
-- Write the estate.
insert into estates (code, name) select $2, $3 where $1::text = $2::text
on conflict (code) do update set name = excluded.name;

-- name: buildings_now
-- Every building.
select code, name from buildings where estate = $1;

-- name: put_buildings
-- Write a building.
insert into buildings (estate, code, name) values ($1, $2, $3)
on conflict (estate, code) do update set name = excluded.name;

-- name: drop_buildings
-- Remove a building; refused while rooms, even former ones, belong to it.
delete from buildings where estate = $1 and code = $2;

-- name: rooms_now
-- Rooms in use.
select code, building, kind from rooms where estate = $1 and active;

-- name: put_rooms
-- Write a room and put it in use.
insert into rooms (estate, code, building, kind) values ($1, $2, $3, $4)
on conflict (estate, code) do update set building = excluded.building, kind = excluded.kind, active = true;

-- name: drop_rooms
-- Take a room out of use.
update rooms set active = false where estate = $1 and code = $2;

-- name: equipment_now
-- The register of equipment.
select code, name, kind, place, building from equipment where estate = $1;

-- name: put_equipment
-- Write a line of the register.
insert into equipment (estate, code, name, kind, place, building) values ($1, $2, $3, $4, $5, $6)
on conflict (estate, code) do update
set name = excluded.name, kind = excluded.kind, place = excluded.place, building = excluded.building;

-- name: drop_equipment
-- Remove a line of the register.
delete from equipment where estate = $1 and code = $2;

-- name: routines_now
-- What is done regularly.
select code, rule, title, place, building, equipment, day, weekday, at, post, allowed from routines where estate = $1;

-- name: put_routines
-- Write what is done regularly.
insert into routines (estate, code, rule, title, place, building, equipment, day, weekday, at, post, allowed)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
on conflict (estate, code) do update set rule = excluded.rule, title = excluded.title, place = excluded.place,
    building = excluded.building, equipment = excluded.equipment, day = excluded.day, weekday = excluded.weekday,
    at = excluded.at, post = excluded.post, allowed = excluded.allowed;

-- name: drop_routines
-- It is done regularly no more.
delete from routines where estate = $1 and code = $2;

-- name: plans
-- What is done regularly, of every estate, or of the estate $1 what has the code $2.
select estate, code, rule, title, place, coalesce(building, '') as building, coalesce(equipment, '') as equipment, day,
    weekday, at, post, allowed
from routines where $1::text is null or (estate = $1 and code = $2) order by estate, code;

-- name: register_of_equipment
-- The register of the estates of the list $1.
select estate, code, name, kind, place, coalesce(building, '') as building
from equipment where estate = any ($1::text[]) order by estate, code;

-- name: households_now
-- Households that live here, sealed.
select id, room, name, phone from households where estate = $1 and active;

-- name: put_households
-- Write a household, sealed, and mark it as living here; another estate's household stays untouched.
insert into households (estate, id, room, name, phone) values ($1, $2, $3, $4, $5)
on conflict (id) do update set room = excluded.room, name = excluded.name, phone = excluded.phone, active = true
where households.estate = excluded.estate;

-- name: drop_households
-- Mark a household as gone.
update households set active = false where estate = $1 and id = $2;

-- name: staff_now
-- Staff with a post in the estate, and those of the list $2 whatever their posts, sealed.
select id, active, name, phone, email, wecom, dingtalk, feishu from staff
where id = any ($2::text[]) or exists (select from staff_posts p where p.staff = staff.id and p.estate = $1);

-- name: put_staff
-- Write a member of staff, sealed. $1 is his id.
insert into staff (id, active, name, phone, email, wecom, dingtalk, feishu) values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (id) do update set active = excluded.active, name = excluded.name, phone = excluded.phone,
    email = excluded.email, wecom = excluded.wecom, dingtalk = excluded.dingtalk, feishu = excluded.feishu;

-- name: drop_staff
-- Somebody without a post in any estate no longer works here. $1 is his id.
update staff set active = false where id = $1 and not exists (select from staff_posts p where p.staff = staff.id);

-- name: staff_posts_now
-- Who holds which post.
select staff, post from staff_posts where estate = $1;

-- name: put_staff_posts
-- Give a post.
insert into staff_posts (estate, staff, post) values ($1, $2, $3) on conflict do nothing;

-- name: drop_staff_posts
-- Take a post away.
delete from staff_posts where estate = $1 and staff = $2 and post = $3;

-- name: skills_now
-- Who is trained for what.
select staff, trade from skills where estate = $1;

-- name: put_skills
-- Somebody is trained for it.
insert into skills (estate, staff, trade) values ($1, $2, $3) on conflict do nothing;

-- name: drop_skills
-- He is no longer.
delete from skills where estate = $1 and staff = $2 and trade = $3;

-- name: teams_now
-- Teams with their members.
select name, members from teams where estate = $1;

-- name: put_teams
-- Write a team.
insert into teams (estate, name, members) values ($1, $2, $3)
on conflict (estate, name) do update set members = excluded.members;

-- name: drop_teams
-- Remove a team.
delete from teams where estate = $1 and name = $2;

-- name: fault_teams_now
-- Which team a kind of fault goes to (REP-05).
select fault_kind, team from fault_teams where estate = $1;

-- name: put_fault_teams
-- Write which team a kind of fault goes to.
insert into fault_teams (estate, fault_kind, team) values ($1, $2, $3)
on conflict (estate, fault_kind) do update set team = excluded.team;

-- name: drop_fault_teams
-- A kind of fault goes to no team any more.
delete from fault_teams where estate = $1 and fault_kind = $2;

-- name: operating_procedures_now
-- By which procedure a kind of fault or of facility is repaired (REP-115).
select kind, title, reference from operating_procedures where estate = $1;

-- name: put_operating_procedures
-- Write by which procedure a kind is repaired.
insert into operating_procedures (estate, kind, title, reference) values ($1, $2, $3, $4)
on conflict (estate, kind) do update set title = excluded.title, reference = excluded.reference;

-- name: drop_operating_procedures
-- A kind is repaired by no written procedure any more.
delete from operating_procedures where estate = $1 and kind = $2;

-- name: shifts_now
-- The shift table.
select name, starts, ends from shifts where estate = $1;

-- name: put_shifts
-- Write a shift.
insert into shifts (estate, name, starts, ends) values ($1, $2, $3, $4)
on conflict (estate, name) do update set starts = excluded.starts, ends = excluded.ends;

-- name: drop_shifts
-- Remove a shift.
delete from shifts where estate = $1 and name = $2;

-- name: assignments_now
-- Who works which shift in which post.
select post, shift, staff, valid_from, weekdays, valid_until from assignments where estate = $1;

-- name: put_assignments
-- Write an assignment.
insert into assignments (estate, post, shift, staff, valid_from, weekdays, valid_until)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (estate, post, shift, staff, valid_from)
do update set weekdays = excluded.weekdays, valid_until = excluded.valid_until;

-- name: drop_assignments
-- Remove an assignment.
delete from assignments where estate = $1 and post = $2 and shift = $3 and staff = $4 and valid_from = $5;

-- name: leaves_now
-- Leaves.
select staff, starts_at, ends_at from leaves where estate = $1;

-- name: put_leaves
-- Write a leave.
insert into leaves (estate, staff, starts_at, ends_at) values ($1, $2, $3, $4)
on conflict (estate, staff, starts_at) do update set ends_at = excluded.ends_at;

-- name: drop_leaves
-- Remove a leave.
delete from leaves where estate = $1 and staff = $2 and starts_at = $3;

-- name: stand_ins_now
-- Who stands in, in order.
select post, rank, deputy from stand_ins where estate = $1;

-- name: put_stand_ins
-- Write a deputy of a post.
insert into stand_ins (estate, post, rank, deputy) values ($1, $2, $3, $4);

-- name: drop_stand_ins
-- Remove a deputy of a post.
delete from stand_ins where estate = $1 and post = $2 and rank = $3 and deputy = $4;

-- name: required_posts_now
-- Posts that the roster must keep filled.
select post, demand from required_posts where estate = $1;

-- name: put_required_posts
-- Demand that a post be filled.
insert into required_posts (estate, post, demand) values ($1, $2, $3);

-- name: drop_required_posts
-- A post need not be filled any more.
delete from required_posts where estate = $1 and post = $2 and demand = $3;

-- name: price_versions_now
-- Versions of the price list.
select version, effective_from from price_versions where estate = $1;

-- name: put_price_versions
-- Write a version of the price list.
insert into price_versions (estate, version, effective_from) values ($1, $2, $3)
on conflict (version) do update set effective_from = excluded.effective_from
where price_versions.estate = excluded.estate;

-- name: drop_price_versions
-- Remove a version, whose items are gone.
delete from price_versions where estate = $1 and version = $2;

-- name: price_items_now
-- Every item of every version with its prices.
select i.version, i.code, i.name, i.category, i.unit,
    max(r.unit_price) filter (where r.kind = 'labour') as labour,
    max(r.unit_price) filter (where r.kind = 'material') as material,
    max(r.unit_price) filter (where r.kind = 'other') as other
from price_items i
join price_versions v on v.version = i.version and v.estate = $1
join price_rates r on r.version = i.version and r.code = i.code
group by i.version, i.code
order by i.version, i.code;

-- name: put_price_items
-- Write an item with its prices.
with written as (
    insert into price_items (version, code, name, category, unit)
    select v.version, $3, $4, $5, $6 from price_versions v where v.version = $2 and v.estate = $1
    on conflict (version, code) do update
    set name = excluded.name, category = excluded.category, unit = excluded.unit
    returning version, code
)
insert into price_rates (version, code, kind, unit_price)
select written.version, written.code, rate.kind, rate.unit_price
from written
cross join (values ('labour', $7::numeric), ('material', $8::numeric), ('other', $9::numeric)) as rate (kind, unit_price)
on conflict (version, code, kind) do update set unit_price = excluded.unit_price;

-- name: drop_price_items
-- Remove an item.
delete from price_items i using price_versions v
where v.version = i.version and v.estate = $1 and i.version = $2 and i.code = $3;

-- name: calendars_now
-- The working calendar without its years.
select estate, version, weekdays, windows, closes_with_windows from calendars where estate = $1;

-- name: put_calendars
-- Write the working calendar without its years.
insert into calendars (estate, version, weekdays, windows, closes_with_windows)
select $2, $3, $4, $5, $6 where $1::text = $2::text
on conflict (estate) do update set version = excluded.version, weekdays = excluded.weekdays,
    windows = excluded.windows, closes_with_windows = excluded.closes_with_windows;

-- name: calendar_years_now
-- The years of the working calendar.
select year, holidays, workdays from calendar_years where estate = $1 order by year;

-- name: put_calendar_years
-- Write a year of the working calendar.
insert into calendar_years (estate, year, holidays, workdays) values ($1, $2, $3, $4)
on conflict (estate, year) do update set holidays = excluded.holidays, workdays = excluded.workdays;

-- name: drop_calendar_years
-- Remove a year of the working calendar.
delete from calendar_years where estate = $1 and year = $2;

-- name: open_values_now
-- Every value the company has set for what the rulebook leaves open.
select id, effective_from, value from open_values where estate = $1;

-- name: put_open_values
-- Write a value.
insert into open_values (estate, id, effective_from, value) values ($1, $2, $3, $4)
on conflict (estate, id, effective_from) do update set value = excluded.value;

-- name: drop_open_values
-- Remove a value.
delete from open_values where estate = $1 and id = $2 and effective_from = $3;

-- name: keep_load
-- Who loaded what.
insert into loads (estate, loaded_by, sha256, files, changes) values ($1, $2, $3, $4, $5);

-- name: last_load
-- The load that the estate's reference data stand on; two fields beside the id, which a restored backup counts anew.
select id, loaded_at, sha256 from loads where estate = $1 order by id desc limit 1;

-- name: ask_for_calendar
-- A year that the calendar lacks becomes a task for a person, once.
select ask_for_calendar($1, $2::integer);

-- name: settle_calendar_tasks
-- Calendar tasks whose year has come are done.
update tasks set done_at = now()
where estate = $1 and kind = 'calendar_year' and done_at is null
    and exists (select from calendar_years y where y.estate = $1 and y.year::text = tasks.subject);

-- name: open_tasks
-- What people still have to do so that the desk is right.
select kind, subject, post, text, created_at from tasks where estate = $1 and done_at is null order by created_at, id;

-- name: room
-- A room in use with its building.
select r.code, r.building, b.name as building_name, r.kind
from rooms r join buildings b on b.estate = r.estate and b.code = r.building
where r.estate = $1 and r.code = $2 and r.active;

-- name: household_of_room
-- The household that lives in room $2, sealed.
select id, room, name, phone from households where estate = $1 and room = $2 and active order by id limit 1;

-- name: holders
-- Who holds the post $2 in the estate, with names.
select s.id, s.name from staff s join staff_posts p on p.staff = s.id
where p.estate = $1 and p.post = $2 and s.active order by s.id;

-- name: on_duty
-- Staff on duty in the post $2 at the moment $3, stand-ins included.
select staff from on_duty($1, $2, $3) as staff;

-- name: put_principal
-- Grant a key: a new principal, or a new key and new rights for one whose key was revoked or, with $7, is in use.
insert into principals (id, kind, name, posts, estates, key_hash) values ($1, $2, $3, $4, $5, $6)
on conflict (id) do update set kind = excluded.kind, name = excluded.name, posts = excluded.posts,
    estates = excluded.estates, key_hash = excluded.key_hash, created_at = now(), revoked_at = null
where principals.revoked_at is not null or $7::boolean
returning id;

-- name: revoke_principal
-- Take a key back; $1 is the principal's id.
update principals set revoked_at = now() where id = $1 and revoked_at is null returning id;

-- name: principals
-- Who may use the API.
select id, kind, name, posts, estates, created_at, revoked_at from principals order by id;

-- name: staff_rights
-- Posts that staff hold in any of the estates of the list $2, of one person $1 or, if null, of everybody active.
select s.id, s.name, array_agg(distinct p.post) as posts, array_agg(distinct p.estate) as estates
from staff s join staff_posts p on p.staff = s.id and p.estate = any ($2::text[])
where s.active and ($1::text is null or s.id = $1)
group by s.id order by s.id;

-- name: known_estates
-- Codes of all estates.
select code from estates order by code;
