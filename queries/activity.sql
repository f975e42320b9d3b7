-- title: Sessions
-- about: One row per client session of this server at capture, the capturing one left out; no statement's text but its first word.
-- rights: pg_read_all_stats (in pg_monitor); without it other roles' sessions have null state and times
-- columns:
--   process_id            int8         process
--   database_name         text?        database it is connected to
--   role_name             text?        role
--   application_name      text?        application_name
--   state                 text?        active, idle, idle in transaction, …; null when not readable
--   command               text?        first word of the statement
--   wait_event_type       text?        kind of what it waits for
--   wait_event            text?        what it waits for
--   transaction_seconds   float8?      age of the transaction
--   statement_seconds     float8?      age of the running or last statement
--   state_seconds         float8?      time in this state
--   xmin_age_count        int8?        transactions that its snapshot holds back
--   blocked_by            int8[]       processes that it waits for
--   is_encrypted          bool?        the connection uses TLS
--   is_local              bool?        the connection came over a Unix socket
select
    a.pid::int8 as process_id,
    a.datname::text as database_name,
    a.usename::text as role_name,
    a.application_name,
    a.state,
    pg_catalog.upper(pg_catalog.substring(a.query, '^\s*([A-Za-z]+)')) as command,
    a.wait_event_type,
    a.wait_event,
    extract(epoch from pg_catalog.clock_timestamp() - a.xact_start)::float8 as transaction_seconds,
    extract(epoch from pg_catalog.clock_timestamp() - a.query_start)::float8 as statement_seconds,
    extract(epoch from pg_catalog.clock_timestamp() - a.state_change)::float8 as state_seconds,
    pg_catalog.age(a.backend_xmin)::int8 as xmin_age_count,
    case
        when a.wait_event_type = 'Lock' then pg_catalog.pg_blocking_pids(a.pid) else '{}'
    end::int8[] as blocked_by,
    s.ssl as is_encrypted,
    a.client_addr is null as is_local
from pg_catalog.pg_stat_activity as a
left join pg_catalog.pg_stat_ssl as s on s.pid = a.pid
-- Of other roles' sessions the kind is hidden too without the rights; what belongs to a database is taken for a client.
where (a.backend_type = 'client backend' or (a.backend_type is null and a.datid is not null))
  and a.pid <> pg_catalog.pg_backend_pid()
order by a.pid;
