-- title: Index usage
-- about: One row per index: scans since the statistics were reset on this node. Partitioned indexes have no row of their own.
-- rights: none
-- columns:
--   index_oid            int8         OID of the index
--   schema_name          text         schema
--   table_name           text         indexed table
--   index_name           text         name
--   scans_count          int8         index scans started since statistics reset
--   tuples_read_count    int8         index entries returned by scans
--   tuples_fetched_count int8         live rows fetched by simple index scans
--   last_scan_at         timestamptz? last scan (16+)
--   blocks_read_count    int8         pages of the index read from outside shared buffers
--   blocks_hit_count     int8         pages of the index found in shared buffers
select
    s.indexrelid::int8 as index_oid,
    s.schemaname::text as schema_name,
    s.relname::text as table_name,
    s.indexrelname::text as index_name,
    s.idx_scan as scans_count,
    s.idx_tup_read as tuples_read_count,
    s.idx_tup_fetch as tuples_fetched_count,
    -- to_jsonb reads a column that servers before 16 do not have.
    (pg_catalog.to_jsonb(s) ->> 'last_idx_scan')::timestamptz as last_scan_at,
    pg_catalog.pg_stat_get_blocks_fetched(s.indexrelid) - pg_catalog.pg_stat_get_blocks_hit(s.indexrelid)
        as blocks_read_count,
    pg_catalog.pg_stat_get_blocks_hit(s.indexrelid) as blocks_hit_count
from pg_catalog.pg_stat_user_indexes as s
where s.schemaname !~ '^pg_' and s.schemaname <> 'information_schema'
order by s.schemaname, s.relname, s.indexrelname;
