"""Reference data: estates, rooms, staff, rosters, prices, calendars; loaded from files, read by every process."""
