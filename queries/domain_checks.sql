-- title: Checks of domains
-- about: One row per domain and CHECK constraint that its values must obey, those of the domains below it included.
-- rights: none
-- columns:
--   type_oid        int8   OID of the domain
--   schema_name     text   its schema
--   domain_name     text   its name
--   constraint_name text   name of the constraint
--   definition      text   as pg_get_constraintdef spells it; VALUE stands for the value
--   is_validated    bool   existing rows are known to obey it
with recursive chain as (
    select t.oid as domain_oid, t.oid as type_oid
    from pg_catalog.pg_type as t
    where t.typtype = 'd'
    union all
    select chain.domain_oid, t.typbasetype
    from chain
    join pg_catalog.pg_type as t on t.oid = chain.type_oid and t.typtype = 'd'
)
select
    d.oid::int8 as type_oid,
    n.nspname::text as schema_name,
    d.typname::text as domain_name,
    con.conname::text as constraint_name,
    pg_catalog.pg_get_constraintdef(con.oid) as definition,
    con.convalidated as is_validated
from chain
join pg_catalog.pg_type as d on d.oid = chain.domain_oid
join pg_catalog.pg_namespace as n on n.oid = d.typnamespace
join pg_catalog.pg_constraint as con on con.contypid = chain.type_oid and con.contype = 'c'
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname, d.typname, con.conname, con.oid;
