-- title: Checkpoints
-- about: One row: checkpoints and written pages since the statistics were reset (pg_stat_checkpointer).
-- rights: none
-- versions: 17-
-- columns:
--   timed_checkpoints_count     int8         checkpoints because of checkpoint_timeout
--   requested_checkpoints_count int8         checkpoints because of max_wal_size, a backup or a command
--   write_seconds               float8       time spent writing
--   sync_seconds                float8       time spent in fsync
--   buffers_written_count       int8         pages written by checkpoints
--   cleaner_stopped_count       int8         times the background writer stopped early because it had written too much
--   backend_written_count       int8?        pages that sessions had to write themselves (14 to 16)
--   stats_reset_at              timestamptz? last reset
select
    c.num_timed as timed_checkpoints_count,
    c.num_requested as requested_checkpoints_count,
    c.write_time / 1000 as write_seconds,
    c.sync_time / 1000 as sync_seconds,
    c.buffers_written as buffers_written_count,
    b.maxwritten_clean as cleaner_stopped_count,
    null::int8 as backend_written_count,
    c.stats_reset as stats_reset_at
from pg_catalog.pg_stat_checkpointer as c
cross join pg_catalog.pg_stat_bgwriter as b;
