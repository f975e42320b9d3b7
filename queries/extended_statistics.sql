-- title: Extended statistics
-- about: One row per group of columns of which CREATE STATISTICS (ndistinct) counts the distinct combinations.
-- rights: SELECT on the columns
-- columns:
--   schema_name     text    schema of the table
--   table_name      text    table
--   column_names    text[]  columns of the group, in attnum order
--   distinct_values float8  number of distinct combinations
select
    s.schemaname::text as schema_name,
    s.tablename::text as table_name,
    g.names as column_names,
    e.value::float8 as distinct_values
from pg_catalog.pg_stats_ext as s
join pg_catalog.pg_namespace as n on n.nspname = s.schemaname
join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = s.tablename
cross join lateral pg_catalog.json_each_text(s.n_distinct::text::json) as e(numbers, value)
cross join lateral (
    select pg_catalog.array_agg(a.attname::text order by a.attnum) as names, count(*) as found
    from pg_catalog.pg_attribute as a
    where a.attrelid = c.oid
      and a.attnum = any (pg_catalog.string_to_array(pg_catalog.replace(e.numbers, ' ', ''), ',')::int2[])
) as g
where s.n_distinct is not null and g.found = pg_catalog.cardinality(pg_catalog.string_to_array(e.numbers, ','))
  and s.schemaname !~ '^pg_' and s.schemaname <> 'information_schema'
order by s.schemaname, s.tablename, g.names;
