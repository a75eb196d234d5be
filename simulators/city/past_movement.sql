-- is_published: whether means of weeks that began since then have been published
select exists(
    select from lantaarn.movement_cell where first_day >= open.day_of(%(since)s::timestamptz)
) as is_published;
