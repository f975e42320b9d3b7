select
    b.checkpoints_timed as timed_checkpoints_count,
    b.checkpoints_req as requested_checkpoints_count,
    b.checkpoint_write_time / 1000 as write_seconds,
    b.checkpoint_sync_time / 1000 as sync_seconds,
    b.buffers_checkpoint as buffers_written_count,
    b.maxwritten_clean as cleaner_stopped_count,
    b.buffers_backend as backend_written_count,
    b.stats_reset as stats_reset_at
from pg_catalog.pg_stat_bgwriter as b;
