-- The observation tables become hypertables, chunked by the class's interval.
select create_hypertable(
    format('lantaarn.%I', table_name)::regclass,
    by_range('time', chunk),
    create_default_indexes => false
)
from lantaarn.retention_class;
