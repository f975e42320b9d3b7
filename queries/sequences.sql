-- title: Sequences
-- about: One row per sequence with the column that it feeds.
-- rights: last_value needs SELECT or USAGE on the sequence (pg_read_all_data gives it); null without
-- columns:
--   sequence_oid  int8   OID of the sequence
--   schema_name   text   schema
--   sequence_name text   name
--   data_type     text   smallint, integer or bigint
--   last_value    int8?  last value handed out; null when never used, or not readable
--   can_select    bool   the capturing role may read last_value
--   is_locked     bool   somebody held, or waited for, a lock that keeps last_value from being read
--   start_value   int8   START WITH
--   min_value     int8   MINVALUE
--   max_value     int8   MAXVALUE
--   increment     int8   INCREMENT BY
--   is_cycled     bool   CYCLE
--   table_oid     int8?  table of the column that owns it
--   table_schema  text?  its schema
--   table_name    text?  its name
--   column_name   text?  the column
--   column_type   text?  the column's type
with locked as materialized (
    -- Reading a sequence takes ROW EXCLUSIVE, which waits for ALTER SEQUENCE too. A lock that is only waited for counts too: whoever comes after it waits behind it.
    select distinct l.relation
    from pg_catalog.pg_locks as l
    where l.locktype = 'relation' and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
      and l.pid is distinct from pg_catalog.pg_backend_pid()
      and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
)
select
    c.oid::int8 as sequence_oid,
    n.nspname::text as schema_name,
    c.relname::text as sequence_name,
    pg_catalog.format_type(s.seqtypid, null) as data_type,
    case
        when k.relation is null and pg_catalog.has_sequence_privilege(c.oid, 'SELECT, USAGE')
        then pg_catalog.pg_sequence_last_value(c.oid)
    end as last_value,
    pg_catalog.has_sequence_privilege(c.oid, 'SELECT, USAGE') as can_select,
    k.relation is not null as is_locked,
    s.seqstart as start_value,
    s.seqmin as min_value,
    s.seqmax as max_value,
    s.seqincrement as increment,
    s.seqcycle as is_cycled,
    tc.oid::int8 as table_oid,
    tn.nspname::text as table_schema,
    tc.relname::text as table_name,
    a.attname::text as column_name,
    pg_catalog.format_type(a.atttypid, a.atttypmod) as column_type
from pg_catalog.pg_sequence as s
join pg_catalog.pg_class as c on c.oid = s.seqrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
left join locked as k on k.relation = c.oid
left join pg_catalog.pg_depend as d
    on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')
    and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjsubid > 0
left join pg_catalog.pg_class as tc on tc.oid = d.refobjid
left join pg_catalog.pg_namespace as tn on tn.oid = tc.relnamespace
left join pg_catalog.pg_attribute as a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname, c.relname;
