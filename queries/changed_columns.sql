-- title: Columns that rows hold otherwise than the catalog says
-- about: One row per dropped column, whose bytes stay in old rows, and per column added with a default, which old rows lack.
-- rights: none
-- columns:
--   table_oid       int8  OID of the table
--   schema_name     text  schema
--   table_name      text  table
--   column_number   int8  attnum
--   is_dropped      bool  dropped, so a rewrite stores NULL in its place
--   length_bytes    int8  typlen of the type that it had
--   alignment_bytes int8  1, 2, 4 or 8
select
    c.oid::int8 as table_oid,
    n.nspname::text as schema_name,
    c.relname::text as table_name,
    a.attnum::int8 as column_number,
    a.attisdropped as is_dropped,
    a.attlen::int8 as length_bytes,
    case a.attalign when 'c' then 1 when 's' then 2 when 'i' then 4 else 8 end::int8 as alignment_bytes
from pg_catalog.pg_attribute as a
join pg_catalog.pg_class as c on c.oid = a.attrelid and c.relkind in ('r', 'm')
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where a.attnum > 0 and (a.attisdropped or a.atthasmissing)
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname, c.relname, a.attnum;
