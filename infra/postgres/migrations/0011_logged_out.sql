-- Whoever logs out ends every session of the staff pages that was opened under his key before.
alter table principals add column logged_out_at timestamptz;
