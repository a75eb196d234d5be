-- How many intervals were heard of a cell of a count: of the counts that are sent together (lantaarn.sent_together), as the
-- one that was heard most. A sum that goes on after the cell, that of a night, says nothing of it; but the night after a
-- day belongs to that day.
create function lantaarn.intervals_heard(datastream integer, period text, start timestamptz, until timestamptz)
returns numeric
language sql stable parallel safe
return coalesce(
    (
        select max(beside.intervals)
        from (
            select sum(total.count) as intervals
            from lantaarn.sent_together as sent
            inner join lantaarn.rollup_hour as total
                on total.datastream_id = sent.beside_id
                and total.hour >= intervals_heard.start
                and total.hour < intervals_heard.until
            where
                sent.datastream_id = intervals_heard.datastream
                and (
                    intervals_heard.period = 'day'
                    or lantaarn.total_end(total.hour, sent.sum_minutes, sent.one_night) <= intervals_heard.until
                )
            group by sent.beside_id
        ) as beside
    ),
    0
);
