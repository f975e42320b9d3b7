-- title: TOAST tables
-- about: One row per TOAST table with at least one page: the chunks of values that were too wide for a row.
-- rights: none; bytes is null while somebody holds an ACCESS EXCLUSIVE lock on the table
-- columns:
--   toast_oid         int8    OID of the TOAST table
--   table_oid         int8    table that it belongs to
--   schema_name       text    schema of that table
--   table_name        text    that table
--   bytes             int8?   main fork
--   index_bytes       int8?   its index
--   live_chunks_count int8    estimated live chunks
--   dead_chunks_count int8    estimated dead chunks
--   estimated_chunks  float8? reltuples; null when never vacuumed
with locked as materialized (
    select distinct l.relation
    from pg_catalog.pg_locks as l
    where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.granted
      and l.pid is distinct from pg_catalog.pg_backend_pid()
      and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
)
select
    t.oid::int8 as toast_oid,
    c.oid::int8 as table_oid,
    n.nspname::text as schema_name,
    c.relname::text as table_name,
    case when k.relation is null then pg_catalog.pg_relation_size(t.oid) end as bytes,
    case when k.relation is null then pg_catalog.pg_indexes_size(t.oid) end as index_bytes,
    pg_catalog.pg_stat_get_live_tuples(t.oid) as live_chunks_count,
    pg_catalog.pg_stat_get_dead_tuples(t.oid) as dead_chunks_count,
    nullif(t.reltuples, -1)::float8 as estimated_chunks
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_class as t on t.oid = c.reltoastrelid
left join locked as k on k.relation in (t.oid, c.oid)
where c.relkind in ('r', 'm')
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and (k.relation is not null or pg_catalog.pg_relation_size(t.oid) > 0)
order by n.nspname, c.relname;
