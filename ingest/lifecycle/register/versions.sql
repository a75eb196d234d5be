-- versions: every version of an entry, the current one last
select revision, version, document, editor, reason
from lantaarn.register_entry
where entry_id = %(entry_id)s
order by version;

-- replace_versions: replace versions by what is left of them; the settings make the table's triggers allow it
update lantaarn.register_entry as entry set
    document = left_over.document,
    editor = left_over.editor,
    reason = left_over.reason
from jsonb_to_recordset(%(batch)s -> 'documents')
    as left_over (revision bigint, document jsonb, editor text, reason text)
cross join (
    select
        set_config('lantaarn.redacting', %(means)s::text, true) as means,
        set_config('lantaarn.removing_field', coalesce(%(field)s::text, ''), true) as field
) as permitted
where entry.revision = left_over.revision and permitted.means = %(means)s::text and permitted.field is not null;

-- sample_again: forget the samples of values that the planner took before
select lantaarn.sample_again();
