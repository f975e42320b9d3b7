-- title: Schemas
-- about: One row per schema that is not the system's.
-- rights: none
-- columns:
--   schema_name       text   name of the schema
--   owner             text   role that owns it
--   comment           text?  comment on the schema
--   extension         text?  extension that made it
--   public_can_create bool   PUBLIC may create objects in it
--   public_can_use    bool   PUBLIC may look up objects in it
select
    n.nspname::text as schema_name,
    pg_catalog.pg_get_userbyid(n.nspowner)::text as owner,
    pg_catalog.obj_description(n.oid, 'pg_namespace') as comment,
    e.extname::text as extension,
    exists (
        select
        from pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) as a
        where a.grantee = 0 and a.privilege_type = 'CREATE'
    ) as public_can_create,
    exists (
        select
        from pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) as a
        where a.grantee = 0 and a.privilege_type = 'USAGE'
    ) as public_can_use
from pg_catalog.pg_namespace as n
left join pg_catalog.pg_depend as d
    on d.classid = 'pg_catalog.pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e'
left join pg_catalog.pg_extension as e on e.oid = d.refobjid
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname;
