-- Whole chunks go at once, so the last row of one waits for the rest of it: as long as the table's chunks really are.
create or replace function lantaarn.chunk_of(class_table text) returns interval language sql stable
return coalesce(
    (
        select dimension.time_interval from timescaledb_information.dimensions as dimension
        where
            dimension.hypertable_schema = 'lantaarn'
            and dimension.hypertable_name = class_table
            and dimension.column_name = 'time'
    ),
    interval '0'
);

create or replace function lantaarn.chunk_class(class_name text) returns void language sql
begin atomic
    select create_hypertable(
        format('lantaarn.%I', class.table_name)::regclass,
        by_range('time', class.chunk),
        create_default_indexes => false
    )
    from lantaarn.retention_class as class where class.name = class_name;
end;
