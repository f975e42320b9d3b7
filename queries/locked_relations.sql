-- title: Locked relations
-- about: One row per relation and process of which another session holds, or waits for, an ACCESS EXCLUSIVE lock. Whoever asks for its size or definition would wait, and make others wait behind.
-- rights: none; pg_read_all_stats (in pg_monitor) for what other roles' sessions do
-- columns:
--   relation_oid        int8    OID of the relation
--   schema_name         text    schema of the table that it belongs to
--   table_name          text    that table, or the relation itself when it belongs to none
--   relation_name       text    the relation
--   kind                text    table, index, TOAST table, sequence, view or materialized view
--   is_granted          bool    the lock is held; false: it is waited for
--   process_id          int8?   process; null for a prepared transaction
--   role_name           text?   role of the session
--   application_name    text?   its application_name
--   command             text?   first word of its statement; null when not readable
--   transaction_seconds float8? age of its transaction; null when not readable
select
    c.oid::int8 as relation_oid,
    coalesce(tn.nspname, n.nspname)::text as schema_name,
    coalesce(t.relname, c.relname)::text as table_name,
    c.relname::text as relation_name,
    case c.relkind
        when 'i' then 'index' when 'I' then 'index' when 't' then 'TOAST table' when 'S' then 'sequence'
        when 'v' then 'view' when 'm' then 'materialized view' else 'table'
    end as kind,
    l.granted as is_granted,
    l.pid::int8 as process_id,
    a.usename::text as role_name,
    a.application_name,
    pg_catalog.upper(pg_catalog.substring(a.query, '^\s*([A-Za-z]+)')) as command,
    extract(epoch from pg_catalog.clock_timestamp() - a.xact_start)::float8 as transaction_seconds
from pg_catalog.pg_locks as l
join pg_catalog.pg_class as c on c.oid = l.relation
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
left join pg_catalog.pg_index as i on i.indexrelid = c.oid
left join pg_catalog.pg_class as t
    on t.oid = i.indrelid and t.relkind <> 't' or t.reltoastrelid <> 0 and t.reltoastrelid in (c.oid, i.indrelid)
left join pg_catalog.pg_namespace as tn on tn.oid = t.relnamespace
left join pg_catalog.pg_stat_activity as a on a.pid = l.pid
where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
  and l.pid is distinct from pg_catalog.pg_backend_pid()
  and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
  and coalesce(tn.nspname, n.nspname) !~ '^pg_' and coalesce(tn.nspname, n.nspname) <> 'information_schema'
order by 2, 3, 4, l.pid, l.granted;
