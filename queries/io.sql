-- title: Input and output
-- about: One row per kind of process, object and context that reads or writes pages (pg_stat_io, 16 and newer).
-- rights: none
-- versions: 16-
-- columns:
--   backend_type        text         kind of process
--   object              text         relation, temp relation or wal
--   context             text         normal, vacuum, bulkread, bulkwrite or init
--   reads_count         int8?        read operations
--   writes_count        int8?        write operations
--   extends_count       int8?        extend operations
--   hits_count          int8?        pages found in shared buffers
--   evictions_count     int8?        pages put out of shared buffers
--   fsyncs_count        int8?        fsync calls
--   stats_reset_at      timestamptz? last reset
select
    i.backend_type,
    i.object,
    i.context,
    i.reads as reads_count,
    i.writes as writes_count,
    i.extends as extends_count,
    i.hits as hits_count,
    i.evictions as evictions_count,
    i.fsyncs as fsyncs_count,
    i.stats_reset as stats_reset_at
from pg_catalog.pg_stat_io as i
order by 1, 2, 3;
