-- insert_removed_field: record the removal of a field unless present
insert into lantaarn.removed_field (id, entry_id, first_version, last_version, field, reason, recorded_at)
values (
    %(id)s, %(entry_id)s, %(first_version)s, %(last_version)s, %(field)s::text, %(reason)s, %(recorded_at)s
)
on conflict (id) do nothing;
