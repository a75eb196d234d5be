-- is_shared_login: whether several people log in as this user
select lantaarn.is_shared_login() as shared, session_user::text as login;

-- name_editor: what is logged by the database itself until the end of this transaction was done by this editor
select set_config('lantaarn.editor', coalesce(%(editor)s::text, ''), true);

-- log_staff: append an act to the chain
select lantaarn.log_staff(%(command)s::text, %(subject)s::text, %(editor)s::text, %(reason)s::text);

-- staff_log: what was done in a period, in order
select acted_at, login, editor, command, subject, reason
from lantaarn.staff_log
where acted_at >= %(from)s::timestamptz and acted_at < %(until)s::timestamptz
order by id;

-- links: the chain from its start, in order
select
    entry.id,
    lantaarn.staff_log_content(entry) as content,
    entry.previous_hash,
    entry.hash,
    lantaarn.staff_log_start() as start
from lantaarn.staff_log as entry
order by entry.id;
