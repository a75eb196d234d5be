-- What is never stored by itself: a rule that takes readings up in windows, in the place of a term.
alter table lantaarn.datastream
alter column retention_class drop not null,
add column rule jsonb,
add constraint datastream_term_or_rule check ((rule is null) = (retention_class is not null));
