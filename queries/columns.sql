-- title: Columns
-- about: One row per live column of every relation in the frame tables.
-- rights: none
-- columns:
--   table_oid          int8   OID of the relation
--   schema_name        text   schema
--   table_name         text   relation
--   column_number      int8   attnum
--   column_name        text   name
--   data_type          text   type with modifiers, as format_type spells it
--   type_oid           int8   OID of the type
--   type_schema        text   schema of the type
--   type_name          text   name of the type without modifiers
--   type_kind          text   base, composite, domain, enum, pseudo, range or multirange
--   base_type          text   the type below a domain, the element type of an array, else the type itself
--   is_array           bool   it is an array
--   is_not_null        bool   NOT NULL holds for the column
--   default_expression text?  DEFAULT, or the expression of a generated column, "(not read)" while the table is locked
--   identity           text?  always or by default
--   generated          text?  stored or virtual
--   collation          text?  collation when it is not the type's own
--   comment            text?  comment on the column
--   length_bytes       int8   typlen: -1 for variable length
--   alignment          text   char, short, int or double
--   storage            text   plain, external, main or extended
--   is_local           bool   it is defined here, not only inherited
--   can_select         bool   the capturing role may read it
with locked as materialized (
    -- A lock that is only waited for counts too: whoever comes after it waits behind it.
    select distinct l.relation
    from pg_catalog.pg_locks as l
    where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
      and l.pid is distinct from pg_catalog.pg_backend_pid()
      and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
)
select
    c.oid::int8 as table_oid,
    n.nspname::text as schema_name,
    c.relname::text as table_name,
    a.attnum::int8 as column_number,
    a.attname::text as column_name,
    pg_catalog.format_type(a.atttypid, a.atttypmod) as data_type,
    a.atttypid::int8 as type_oid,
    tn.nspname::text as type_schema,
    t.typname::text as type_name,
    case t.typtype
        when 'b' then 'base' when 'c' then 'composite' when 'd' then 'domain' when 'e' then 'enum'
        when 'p' then 'pseudo' when 'r' then 'range' when 'm' then 'multirange'
    end as type_kind,
    case
        when t.typtype = 'd' then pg_catalog.format_type(t.typbasetype, t.typtypmod)
        when t.typelem <> 0 and t.typlen = -1 then pg_catalog.format_type(t.typelem, a.atttypmod)
        else pg_catalog.format_type(a.atttypid, null)
    end as base_type,
    (t.typelem <> 0 and t.typlen = -1) as is_array,
    (a.attnotnull or (t.typtype = 'd' and t.typnotnull)) as is_not_null,
    -- A default names no column, so it is spelled without the table, which somebody may have locked.
    case
        when a.attgenerated = '' then pg_catalog.pg_get_expr(ad.adbin, 0)
        when lk.relation is not null then '(not read)'
        else pg_catalog.pg_get_expr(ad.adbin, ad.adrelid)
    end as default_expression,
    case a.attidentity when 'a' then 'always' when 'd' then 'by default' end as identity,
    case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end as generated,
    case when a.attcollation <> t.typcollation then co.collname::text end as collation,
    pg_catalog.col_description(c.oid, a.attnum) as comment,
    a.attlen::int8 as length_bytes,
    case a.attalign when 'c' then 'char' when 's' then 'short' when 'i' then 'int' else 'double' end as alignment,
    case a.attstorage
        when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended'
    end as storage,
    a.attislocal as is_local,
    pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT') as can_select
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_catalog.pg_type as t on t.oid = a.atttypid
join pg_catalog.pg_namespace as tn on tn.oid = t.typnamespace
left join pg_catalog.pg_attrdef as ad on ad.adrelid = a.attrelid and ad.adnum = a.attnum
left join pg_catalog.pg_collation as co on co.oid = a.attcollation
left join locked as lk on lk.relation = c.oid
where c.relkind in ('r', 'p', 'f', 'v', 'm')
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname, c.relname, a.attnum;
