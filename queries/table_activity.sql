-- title: Table activity
-- about: One row per table with storage: reads, writes and maintenance since the statistics were reset on this node.
-- rights: none
-- columns:
--   table_oid                  int8         OID of the table
--   schema_name                text         schema
--   table_name                 text         name
--   seq_scans_count            int8         sequential scans started
--   seq_tuples_read_count      int8         live rows fetched by them
--   last_seq_scan_at           timestamptz? last sequential scan (16+)
--   index_scans_count          int8?        index scans started; null without an index
--   index_tuples_fetched_count int8?        live rows fetched by them
--   last_index_scan_at         timestamptz? last index scan (16+)
--   inserted_count             int8         rows inserted
--   updated_count              int8         rows updated, HOT ones included
--   deleted_count              int8         rows deleted
--   hot_updated_count          int8         rows updated without a new index entry
--   newpage_updated_count      int8?        rows updated onto another page (16+)
--   live_rows_count            int8         estimated live rows
--   dead_rows_count            int8         estimated dead rows
--   modified_since_analyze_count int8       rows changed since the last ANALYZE
--   inserted_since_vacuum_count  int8       rows inserted since the last VACUUM
--   last_vacuum_at             timestamptz? last manual VACUUM
--   last_autovacuum_at         timestamptz? last automatic VACUUM
--   last_analyze_at            timestamptz? last manual ANALYZE
--   last_autoanalyze_at        timestamptz? last automatic ANALYZE
--   vacuum_count               int8         manual VACUUMs
--   autovacuum_count           int8         automatic VACUUMs
--   analyze_count              int8         manual ANALYZEs
--   autoanalyze_count          int8         automatic ANALYZEs
--   heap_blocks_read_count     int8         pages of the table read from outside shared buffers
--   heap_blocks_hit_count      int8         pages of the table found in shared buffers
select
    s.relid::int8 as table_oid,
    s.schemaname::text as schema_name,
    s.relname::text as table_name,
    s.seq_scan as seq_scans_count,
    s.seq_tup_read as seq_tuples_read_count,
    -- to_jsonb reads columns that servers before 16 do not have.
    (j.newer ->> 'last_seq_scan')::timestamptz as last_seq_scan_at,
    s.idx_scan as index_scans_count,
    s.idx_tup_fetch as index_tuples_fetched_count,
    (j.newer ->> 'last_idx_scan')::timestamptz as last_index_scan_at,
    s.n_tup_ins as inserted_count,
    s.n_tup_upd as updated_count,
    s.n_tup_del as deleted_count,
    s.n_tup_hot_upd as hot_updated_count,
    (j.newer ->> 'n_tup_newpage_upd')::int8 as newpage_updated_count,
    s.n_live_tup as live_rows_count,
    s.n_dead_tup as dead_rows_count,
    s.n_mod_since_analyze as modified_since_analyze_count,
    s.n_ins_since_vacuum as inserted_since_vacuum_count,
    s.last_vacuum as last_vacuum_at,
    s.last_autovacuum as last_autovacuum_at,
    s.last_analyze as last_analyze_at,
    s.last_autoanalyze as last_autoanalyze_at,
    s.vacuum_count,
    s.autovacuum_count,
    s.analyze_count,
    s.autoanalyze_count,
    pg_catalog.pg_stat_get_blocks_fetched(s.relid) - pg_catalog.pg_stat_get_blocks_hit(s.relid)
        as heap_blocks_read_count,
    pg_catalog.pg_stat_get_blocks_hit(s.relid) as heap_blocks_hit_count
from pg_catalog.pg_stat_user_tables as s
cross join lateral (select pg_catalog.to_jsonb(s) as newer) as j
where s.schemaname !~ '^pg_' and s.schemaname <> 'information_schema'
order by s.schemaname, s.relname;
