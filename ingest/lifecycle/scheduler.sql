-- acquire_lead: take the lead unless it is taken; it is held until the connection ends
select pg_try_advisory_lock(hashtextextended('lantaarn.scheduler', 0)) as leads;

-- release_lead: give up the lead
select pg_advisory_unlock(hashtextextended('lantaarn.scheduler', 0));

-- latest_verification: the result of the last verification, whichever scheduler ran it
select bool_and(kept) as kept, max(verified_at) as verified_at from lantaarn.verification;

-- refresh_quality: precompute the register's quality figures, so that visitors need not wait
select lantaarn.refresh_quality();
