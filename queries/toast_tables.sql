-- title: TOAST tables
-- about: One row per TOAST table with at least one page: the chunks of values that were too wide for a row.
-- rights: none; bytes is null while somebody holds, or waits for, an ACCESS EXCLUSIVE lock on it or its table
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
    -- A lock that is only waited for counts too: whoever comes after it waits behind it.
    select distinct l.relation
    from pg_catalog.pg_locks as l
    where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
      and l.pid is distinct from pg_catalog.pg_backend_pid()
      and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
),
unread as materialized (
    select distinct c.oid as table_oid
    from pg_catalog.pg_class as c
    left join pg_catalog.pg_index as i on i.indrelid = c.reltoastrelid
    join locked as l on l.relation in (c.oid, c.reltoastrelid, i.indexrelid)
    where c.reltoastrelid <> 0
)
select
    t.oid::int8 as toast_oid,
    c.oid::int8 as table_oid,
    n.nspname::text as schema_name,
    c.relname::text as table_name,
    case when k.table_oid is null then pg_catalog.pg_relation_size(t.oid) end as bytes,
    case when k.table_oid is null then pg_catalog.pg_indexes_size(t.oid) end as index_bytes,
    pg_catalog.pg_stat_get_live_tuples(t.oid) as live_chunks_count,
    pg_catalog.pg_stat_get_dead_tuples(t.oid) as dead_chunks_count,
    nullif(t.reltuples, -1)::float8 as estimated_chunks
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_class as t on t.oid = c.reltoastrelid
left join unread as k on k.table_oid = c.oid
where c.relkind in ('r', 'm')
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and (k.table_oid is not null or pg_catalog.pg_relation_size(t.oid) > 0)
order by n.nspname, c.relname;
