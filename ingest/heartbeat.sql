-- add_heartbeat: merge one worker's minute into the shared row, keeping the worst lag and commit time
insert into lantaarn.pulse as total (minute, workers, batches, messages, lag, commit)
values (%(minute)s, 1, %(batches)s, %(messages)s, %(lag)s, %(commit)s)
on conflict (minute) do update set
    workers = total.workers + 1,
    batches = total.batches + excluded.batches,
    messages = total.messages + excluded.messages,
    lag = greatest(total.lag, excluded.lag),
    commit = greatest(total.commit, excluded.commit);
