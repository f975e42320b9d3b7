-- title: Functions
-- about: One row per function and procedure. The body is not taken, only what it can be told apart by.
-- rights: none
-- columns:
--   function_oid        int8   OID of the function
--   schema_name         text   schema
--   function_name       text   name
--   arguments           text   argument types, as ALTER FUNCTION wants them
--   kind                text   function, procedure, aggregate or window
--   language            text   language
--   owner               text   role that owns it
--   owner_is_superuser  bool   that role is a superuser
--   is_security_definer bool   it runs with the rights of its owner
--   settings            text[] SET clauses
--   has_parsed_body     bool   its body was parsed when it was made, so search_path does not change it
--   public_can_execute  bool   PUBLIC may execute it
--   is_trigger          bool   it is a trigger function
--   inserts_into        text[] names that its body writes behind INSERT INTO
--   raises_exception    bool   its body raises an exception
--   extension           text?  extension that made it
select
    p.oid::int8 as function_oid,
    n.nspname::text as schema_name,
    p.proname::text as function_name,
    pg_catalog.pg_get_function_identity_arguments(p.oid) as arguments,
    case p.prokind
        when 'f' then 'function' when 'p' then 'procedure' when 'a' then 'aggregate' else 'window'
    end as kind,
    l.lanname::text as language,
    pg_catalog.pg_get_userbyid(p.proowner)::text as owner,
    coalesce(r.rolsuper, false) as owner_is_superuser,
    p.prosecdef as is_security_definer,
    coalesce(p.proconfig, '{}')::text[] as settings,
    p.prosqlbody is not null as has_parsed_body,
    exists (
        select
        from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) as a
        where a.grantee = 0 and a.privilege_type = 'EXECUTE'
    ) as public_can_execute,
    p.prorettype in ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype) as is_trigger,
    coalesce((
        select pg_catalog.array_agg(distinct pg_catalog.replace(m.found[1], '"', '') order by pg_catalog.replace(m.found[1], '"', ''))
        from pg_catalog.regexp_matches(p.prosrc, 'insert\s+into\s+([\w."]+)', 'gi') as m(found)
    ), '{}')::text[] as inserts_into,
    p.prosrc ~* 'raise\s+(exception|''|sqlstate)' as raises_exception,
    e.extname::text as extension
from pg_catalog.pg_proc as p
join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
join pg_catalog.pg_language as l on l.oid = p.prolang
left join pg_catalog.pg_roles as r on r.oid = p.proowner
left join pg_catalog.pg_depend as d
    on d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
left join pg_catalog.pg_extension as e on e.oid = d.refobjid
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname, p.proname, 4;
