-- title: Rights on tables
-- about: One row per right that a role or PUBLIC holds on a table, view or column, the owner's own rights included.
-- rights: none
-- columns:
--   table_oid    int8  relation
--   schema_name  text  its schema
--   table_name   text  its name
--   column_name  text? column that the right is limited to; null for the whole relation
--   grantee      text  role, or PUBLIC
--   privilege    text  SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER or MAINTAIN
--   is_grantable bool  WITH GRANT OPTION
--   is_owner     bool  the grantee owns the relation
with relations as (
    select c.oid, n.nspname, c.relname, c.relowner, c.relacl
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'f', 'v', 'm')
      and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
),
rights as (
    select r.oid, r.nspname, r.relname, r.relowner, null::name as attname, a.*
    from relations as r
    cross join lateral pg_catalog.aclexplode(coalesce(r.relacl, pg_catalog.acldefault('r', r.relowner))) as a
    union all
    select r.oid, r.nspname, r.relname, r.relowner, c.attname, a.*
    from relations as r
    join pg_catalog.pg_attribute as c on c.attrelid = r.oid and c.attacl is not null and not c.attisdropped
    cross join lateral pg_catalog.aclexplode(c.attacl) as a
)
select distinct
    r.oid::int8 as table_oid,
    r.nspname::text as schema_name,
    r.relname::text as table_name,
    r.attname::text as column_name,
    case when r.grantee = 0 then 'PUBLIC' else pg_catalog.pg_get_userbyid(r.grantee)::text end as grantee,
    r.privilege_type as privilege,
    r.is_grantable,
    r.grantee = r.relowner as is_owner
from rights as r
order by 2, 3, 4, 5, 6, 7;
