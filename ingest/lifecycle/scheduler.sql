-- acquire_lead: take the lead, when nobody has it; it is kept until the connection ends
select pg_try_advisory_lock(hashtextextended('lantaarn.scheduler', 0)) as leads;

-- release_lead: let go of the lead
select pg_advisory_unlock(hashtextextended('lantaarn.scheduler', 0));

-- latest_verification: what the last check found, whoever did it
select bool_and(kept) as kept, max(verified_at) as verified_at from lantaarn.verification;

-- refresh_quality: work out what the register tells of its own quality, so that visitors need not wait for it
select lantaarn.refresh_quality();
