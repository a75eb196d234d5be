-- raise_public_floor: no cell of a count that begins before now is drawn in this database, which belongs to this server now
update lantaarn.public_floor as floor set since = %(now)s, system_identifier = control.system_identifier
from pg_control_system() as control;
