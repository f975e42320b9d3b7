-- title: Physical columns of indexes
-- about: One row per attribute of every index with storage: how the index itself stores it.
-- rights: none
-- columns:
--   index_oid       int8  OID of the index
--   schema_name     text  schema
--   table_name      text  indexed table
--   index_name      text  index
--   position        int8  place in the index, from 1; INCLUDE columns follow the key columns
--   attribute_name  text  name that pg_stats uses for an expression's statistics
--   column_name     text? column of the table; null for an expression
--   is_key          bool  key column, not INCLUDE
--   length_bytes    int8  typlen as the index stores it: -1 variable, -2 C string
--   alignment_bytes int8  1, 2, 4 or 8
--   type_name       text  type as format_type spells it, without modifiers
--   storage         text  plain, external, main or extended
--   is_deterministic bool equal values are equal bytes as far as the collation decides
select
    ic.oid::int8 as index_oid,
    n.nspname::text as schema_name,
    c.relname::text as table_name,
    ic.relname::text as index_name,
    a.attnum::int8 as position,
    a.attname::text as attribute_name,
    t.attname::text as column_name,
    (a.attnum <= i.indnkeyatts) as is_key,
    a.attlen::int8 as length_bytes,
    case a.attalign when 'c' then 1 when 's' then 2 when 'i' then 4 else 8 end::int8 as alignment_bytes,
    pg_catalog.format_type(a.atttypid, null) as type_name,
    case a.attstorage
        when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended'
    end as storage,
    coalesce(co.collisdeterministic, true) as is_deterministic
from pg_catalog.pg_index as i
join pg_catalog.pg_class as ic on ic.oid = i.indexrelid and ic.relkind = 'i'
join pg_catalog.pg_class as c on c.oid = i.indrelid and c.relkind in ('r', 'm')
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_attribute as a on a.attrelid = i.indexrelid and a.attnum > 0
left join pg_catalog.pg_collation as co on co.oid = a.attcollation
left join pg_catalog.pg_attribute as t
    on t.attrelid = i.indrelid and t.attnum = (i.indkey::int2[])[a.attnum - 1] and t.attnum <> 0
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname, c.relname, ic.relname, a.attnum;
