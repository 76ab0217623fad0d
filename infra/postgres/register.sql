-- Statements about who can be given work.

-- name: on_leave
-- Whether a member of staff is on leave in the estate at the moment.
select exists (
    select from leaves where estate = $1 and staff = $2 and starts_at <= $3 and $3 < ends_at
) as on_leave;
