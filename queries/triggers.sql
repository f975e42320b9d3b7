-- title: Triggers
-- about: One row per trigger that somebody made; those that enforce foreign keys and their copies on partitions are left out.
-- rights: none
-- columns:
--   table_oid       int8   table or view
--   schema_name     text   its schema
--   table_name      text   its name
--   trigger_name    text   name
--   timing          text   before, after or instead of
--   events          text[] insert, update, delete, truncate
--   is_row_level    bool   FOR EACH ROW
--   is_enabled      bool   it fires in ordinary sessions
--   function_oid    int8   function that it calls
--   function_schema text   schema of the function
--   function_name   text   name of the function
--   column_names    text[] columns of UPDATE OF; empty: all
--   has_condition   bool   it has a WHEN clause
--   arguments_count int8   arguments that it gives its function
select
    c.oid::int8 as table_oid,
    n.nspname::text as schema_name,
    c.relname::text as table_name,
    t.tgname::text as trigger_name,
    case when t.tgtype & 2 <> 0 then 'before' when t.tgtype & 64 <> 0 then 'instead of' else 'after' end as timing,
    pg_catalog.array_remove(array[
        case when t.tgtype & 4 <> 0 then 'insert' end,
        case when t.tgtype & 16 <> 0 then 'update' end,
        case when t.tgtype & 8 <> 0 then 'delete' end,
        case when t.tgtype & 32 <> 0 then 'truncate' end
    ]::text[], null) as events,
    t.tgtype & 1 <> 0 as is_row_level,
    t.tgenabled in ('O', 'A') as is_enabled,
    t.tgfoid::int8 as function_oid,
    fn.nspname::text as function_schema,
    p.proname::text as function_name,
    coalesce((
        select pg_catalog.array_agg(a.attname::text order by a.attnum)
        from pg_catalog.unnest(t.tgattr) as u(attnum)
        join pg_catalog.pg_attribute as a on a.attrelid = t.tgrelid and a.attnum = u.attnum
    ), '{}')::text[] as column_names,
    t.tgqual is not null as has_condition,
    t.tgnargs::int8 as arguments_count
from pg_catalog.pg_trigger as t
join pg_catalog.pg_class as c on c.oid = t.tgrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_proc as p on p.oid = t.tgfoid
join pg_catalog.pg_namespace as fn on fn.oid = p.pronamespace
where not t.tgisinternal and t.tgparentid = 0
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname, c.relname, t.tgname;
