-- title: What holds VACUUM back
-- about: One row per session, replication slot, prepared transaction and standby whose snapshot keeps dead rows from being removed.
-- rights: pg_read_all_stats (in pg_monitor); without it other roles' sessions are left out
-- columns:
--   kind          text         session, slot, prepared transaction or standby
--   holder_name   text         process, slot, identifier of the transaction, or name of the standby
--   database_name text?        its database; null for what holds back all of them
--   role_name     text?        its role
--   state         text?        state of the session, active or inactive slot
--   xmin_age_count int8        transactions that it holds back
--   since_at      timestamptz? start of the transaction, where known
select h.kind, h.holder_name, h.database_name, h.role_name, h.state, h.xmin_age_count, h.since_at
from (
    select
        'session' as kind,
        a.pid::text as holder_name,
        a.datname::text as database_name,
        a.usename::text as role_name,
        a.state,
        pg_catalog.age(a.backend_xmin)::int8 as xmin_age_count,
        a.xact_start as since_at
    from pg_catalog.pg_stat_activity as a
    where a.backend_xmin is not null and a.pid <> pg_catalog.pg_backend_pid() and a.backend_type = 'client backend'
    union all
    select
        'slot',
        s.slot_name::text,
        s.database::text,
        null,
        case when s.active then 'active' else 'inactive' end,
        -- catalog_xmin holds back only the system's catalog.
        pg_catalog.age(s.xmin)::int8,
        null
    from pg_catalog.pg_replication_slots as s
    where s.xmin is not null
    union all
    select
        'prepared transaction',
        p.gid,
        p.database::text,
        p.owner::text,
        'prepared',
        pg_catalog.age(p.transaction)::int8,
        p.prepared
    from pg_catalog.pg_prepared_xacts as p
    union all
    select
        'standby',
        coalesce(r.application_name, r.pid::text),
        null,
        r.usename::text,
        r.state,
        pg_catalog.age(r.backend_xmin)::int8,
        r.backend_start
    from pg_catalog.pg_stat_replication as r
    where r.backend_xmin is not null
) as h
order by h.xmin_age_count desc, h.kind, h.holder_name;
