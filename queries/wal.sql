-- title: Write-ahead log
-- about: One row: WAL written since the statistics were reset (pg_stat_wal).
-- rights: none
-- columns:
--   records_count      int8         WAL records
--   full_pages_count   int8         full page images
--   wal_bytes          int8         bytes of WAL
--   buffers_full_count int8         times WAL had to be written because the buffers were full
--   stats_reset_at     timestamptz? last reset
select
    w.wal_records as records_count,
    w.wal_fpi as full_pages_count,
    w.wal_bytes::int8 as wal_bytes,
    w.wal_buffers_full as buffers_full_count,
    w.stats_reset as stats_reset_at
from pg_catalog.pg_stat_wal as w;
