-- title: Enum types
-- about: One row per enum type with its labels in order.
-- rights: none
-- columns:
--   type_oid    int8   OID of the type
--   schema_name text   schema
--   type_name   text   name
--   labels      text[] labels in their order
--   extension   text?  extension that made it
select
    t.oid::int8 as type_oid,
    n.nspname::text as schema_name,
    t.typname::text as type_name,
    coalesce(
        (
            select pg_catalog.array_agg(l.enumlabel::text order by l.enumsortorder)
            from pg_catalog.pg_enum as l
            where l.enumtypid = t.oid
        ),
        '{}'
    ) as labels,
    e.extname::text as extension
from pg_catalog.pg_type as t
join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
left join pg_catalog.pg_depend as d
    on d.classid = 'pg_catalog.pg_type'::regclass and d.objid = t.oid and d.deptype = 'e'
left join pg_catalog.pg_extension as e on e.oid = d.refobjid
where t.typtype = 'e' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname, t.typname;
