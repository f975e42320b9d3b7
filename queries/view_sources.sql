-- title: What views and functions read
-- about: One row per relation that a view, a materialized view or a function with a parsed SQL body reads directly. Nothing is known of bodies that are kept as text.
-- rights: none
-- columns:
--   object_oid          int8 OID of the view or function
--   schema_name         text its schema
--   object_name         text its name
--   arguments           text argument types of a function; empty for a view
--   kind                text view, materialized view or function
--   owner               text role that owns it
--   owner_bypasses      bool that role is a superuser or has BYPASSRLS
--   runs_as_caller      bool it reads with its caller's rights: a view with security_invoker, a function without SECURITY DEFINER
--   asks_who            bool? its text asks who is connected, or for a setting of the session; null while it or what it reads is locked
--   public_can_execute  bool PUBLIC may execute it; false for a view
--   extension           text? extension that made it
--   source_oid          int8 relation that it reads
with locked as materialized (
    -- A lock that is only waited for counts too: whoever comes after it waits behind it.
    select distinct l.relation
    from pg_catalog.pg_locks as l
    where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
      and l.pid is distinct from pg_catalog.pg_backend_pid()
      and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
),
unread as materialized (
    -- To spell a query is to open every relation that it reads, and the view itself.
    select distinct d.classid, d.objid
    from pg_catalog.pg_depend as d
    join locked as l on l.relation = d.refobjid
    where d.refclassid = 'pg_catalog.pg_class'::regclass
)
select distinct
    v.oid::int8 as object_oid,
    n.nspname::text as schema_name,
    v.relname::text as object_name,
    '' as arguments,
    case v.relkind when 'v' then 'view' else 'materialized view' end as kind,
    pg_catalog.pg_get_userbyid(v.relowner)::text as owner,
    coalesce(r.rolsuper or r.rolbypassrls, false) as owner_bypasses,
    -- The option exists from 15 on; it is kept as it was written.
    coalesce((
        select pg_catalog.lower(o.option_value) in ('true', 'on', 'yes', '1', 't', 'y')
        from pg_catalog.pg_options_to_table(v.reloptions) as o
        where o.option_name = 'security_invoker'
    ), false) as runs_as_caller,
    case when u.objid is null then
        pg_catalog.pg_get_viewdef(v.oid)
            ~* '\m(current_user|session_user|current_role|current_setting|pg_has_role)\M|\mauth\.'
    end as asks_who,
    false as public_can_execute,
    e.extname::text as extension,
    d.refobjid::int8 as source_oid
from pg_catalog.pg_class as v
join pg_catalog.pg_namespace as n on n.oid = v.relnamespace
join pg_catalog.pg_rewrite as w on w.ev_class = v.oid and w.ev_type = '1'
join pg_catalog.pg_depend as d
    on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = w.oid
    and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid <> v.oid
join pg_catalog.pg_class as s on s.oid = d.refobjid and s.relkind in ('r', 'p', 'f', 'v', 'm')
left join unread as u on u.classid = 'pg_catalog.pg_rewrite'::regclass and u.objid = w.oid
left join pg_catalog.pg_roles as r on r.oid = v.relowner
left join pg_catalog.pg_depend as x
    on x.classid = 'pg_catalog.pg_class'::regclass and x.objid = v.oid and x.objsubid = 0 and x.deptype = 'e'
left join pg_catalog.pg_extension as e on e.oid = x.refobjid
where v.relkind in ('v', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
union all
select distinct
    p.oid::int8,
    n.nspname::text,
    p.proname::text,
    pg_catalog.pg_get_function_identity_arguments(p.oid),
    'function',
    pg_catalog.pg_get_userbyid(p.proowner)::text,
    coalesce(r.rolsuper or r.rolbypassrls, false),
    not p.prosecdef,
    case when u.objid is null then
        pg_catalog.pg_get_function_sqlbody(p.oid)
            ~* '\m(current_user|session_user|current_role|current_setting|pg_has_role)\M|\mauth\.'
    end,
    exists (
        select
        from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) as a
        where a.grantee = 0 and a.privilege_type = 'EXECUTE'
    ),
    e.extname::text,
    d.refobjid::int8
from pg_catalog.pg_proc as p
join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
join pg_catalog.pg_depend as d
    on d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid
    and d.refclassid = 'pg_catalog.pg_class'::regclass
join pg_catalog.pg_class as s on s.oid = d.refobjid and s.relkind in ('r', 'p', 'f', 'v', 'm')
left join unread as u on u.classid = 'pg_catalog.pg_proc'::regclass and u.objid = p.oid
left join pg_catalog.pg_roles as r on r.oid = p.proowner
left join pg_catalog.pg_depend as x
    on x.classid = 'pg_catalog.pg_proc'::regclass and x.objid = p.oid and x.deptype = 'e'
left join pg_catalog.pg_extension as e on e.oid = x.refobjid
where p.prosqlbody is not null and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by 2, 3, 4, 12;
