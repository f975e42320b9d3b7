-- title: Constraints
-- about: One row per primary key, unique, check and exclusion constraint; foreign keys have a frame of their own.
-- rights: none
-- columns:
--   constraint_oid        int8    OID of the constraint
--   constraint_name       text    name
--   table_oid             int8    table that it constrains
--   schema_name           text    schema of that table
--   table_name            text    name of that table
--   type                  text    primary key, unique, check or exclusion
--   column_numbers        int8[]  attnums in constraint order
--   column_names          text[]  names in constraint order
--   definition            text    as pg_get_constraintdef spells it; of a check or exclusion an SQL comment while the table is locked
--   index_oid             int8?   index that backs it
--   is_validated          bool    existing rows are known to obey it
--   is_enforced           bool    new rows are checked (NOT ENFORCED exists from 18 on)
--   is_deferrable         bool    DEFERRABLE
--   is_deferred           bool    INITIALLY DEFERRED
--   is_inherited          bool    it came from a parent table
--   parent_constraint_oid int8?   the constraint of the partitioned table above
--   comment               text?   comment on the constraint
with locked as materialized (
    -- A lock that is only waited for counts too: whoever comes after it waits behind it.
    select distinct l.relation
    from pg_catalog.pg_locks as l
    where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
      and l.pid is distinct from pg_catalog.pg_backend_pid()
      and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
)
select
    con.oid::int8 as constraint_oid,
    con.conname::text as constraint_name,
    c.oid::int8 as table_oid,
    n.nspname::text as schema_name,
    c.relname::text as table_name,
    case con.contype
        when 'p' then 'primary key' when 'u' then 'unique' when 'c' then 'check' else 'exclusion'
    end as type,
    coalesce(con.conkey, '{}')::int8[] as column_numbers,
    coalesce(k.names, '{}') as column_names,
    -- Keys are spelled from their columns alone; the others open the table.
    case
        when lk.relation is not null and con.contype in ('c', 'x')
        then '-- not read: another session holds an ACCESS EXCLUSIVE lock on the table'
        else pg_catalog.pg_get_constraintdef(con.oid)
    end as definition,
    nullif(con.conindid, 0)::int8 as index_oid,
    con.convalidated as is_validated,
    -- to_jsonb reads a column that servers before 18 do not have.
    coalesce((pg_catalog.to_jsonb(con) ->> 'conenforced')::boolean, true) as is_enforced,
    con.condeferrable as is_deferrable,
    con.condeferred as is_deferred,
    (con.coninhcount > 0) as is_inherited,
    nullif(con.conparentid, 0)::int8 as parent_constraint_oid,
    pg_catalog.obj_description(con.oid, 'pg_constraint') as comment
from pg_catalog.pg_constraint as con
join pg_catalog.pg_class as c on c.oid = con.conrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
left join locked as lk on lk.relation = c.oid
left join lateral (
    select pg_catalog.array_agg(a.attname::text order by u.position) as names
    from pg_catalog.unnest(con.conkey) with ordinality as u(number, position)
    join pg_catalog.pg_attribute as a on a.attrelid = con.conrelid and a.attnum = u.number
) as k on true
where con.contype in ('p', 'u', 'c', 'x')
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname, c.relname, con.conname;
