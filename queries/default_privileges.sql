-- title: Default privileges
-- about: One row per right that objects will carry which a role makes later (ALTER DEFAULT PRIVILEGES).
-- rights: none
-- columns:
--   owner        text  role whose later objects carry the right
--   schema_name  text? schema that it is limited to; null for all
--   object_kind  text  table, sequence, function, type, schema or large object
--   grantee      text  role, or PUBLIC
--   privilege    text  SELECT, INSERT, USAGE, EXECUTE, …
--   is_grantable bool  WITH GRANT OPTION
select
    pg_catalog.pg_get_userbyid(d.defaclrole)::text as owner,
    n.nspname::text as schema_name,
    case d.defaclobjtype
        when 'r' then 'table' when 'S' then 'sequence' when 'f' then 'function' when 'T' then 'type'
        when 'n' then 'schema' else 'large object'
    end as object_kind,
    case when a.grantee = 0 then 'PUBLIC' else pg_catalog.pg_get_userbyid(a.grantee)::text end as grantee,
    a.privilege_type as privilege,
    a.is_grantable
from pg_catalog.pg_default_acl as d
left join pg_catalog.pg_namespace as n on n.oid = d.defaclnamespace
cross join lateral pg_catalog.aclexplode(d.defaclacl) as a
where n.nspname is null or (n.nspname !~ '^pg_' and n.nspname <> 'information_schema')
order by 1, 2 nulls first, 3, 4, 5;
