-- title: Row security policies
-- about: One row per policy, on a table whether or not row security is enabled there.
-- rights: none
-- columns:
--   table_oid        int8   table
--   schema_name      text   its schema
--   table_name       text   its name
--   policy_name      text   name
--   command          text   ALL, SELECT, INSERT, UPDATE or DELETE
--   is_permissive    bool   PERMISSIVE; false: RESTRICTIVE
--   roles            text[] roles that it applies to; PUBLIC for all
--   using_expression text?  USING clause, "(not read)" while a table that it asks is locked
--   check_expression text?  WITH CHECK clause, "(not read)" while a table that it asks is locked
with locked as materialized (
    -- A lock that is only waited for counts too: whoever comes after it waits behind it.
    select distinct l.relation
    from pg_catalog.pg_locks as l
    where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
      and l.pid is distinct from pg_catalog.pg_backend_pid()
      and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
),
unread as materialized (
    -- The conditions open every table that they ask.
    select distinct d.objid as policy_oid
    from pg_catalog.pg_depend as d
    join locked as l on l.relation = d.refobjid
    where d.classid = 'pg_catalog.pg_policy'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass
)
select
    c.oid::int8 as table_oid,
    n.nspname::text as schema_name,
    c.relname::text as table_name,
    p.polname::text as policy_name,
    case p.polcmd
        when '*' then 'ALL' when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE' else 'DELETE'
    end as command,
    p.polpermissive as is_permissive,
    (
        select pg_catalog.array_agg(
            case when r.member = 0 then 'PUBLIC' else pg_catalog.pg_get_userbyid(r.member)::text end
            order by r.member
        )
        from pg_catalog.unnest(p.polroles) as r(member)
    ) as roles,
    case
        when p.polqual is null then null
        when u.policy_oid is not null then '(not read)'
        else pg_catalog.pg_get_expr(p.polqual, p.polrelid)
    end as using_expression,
    case
        when p.polwithcheck is null then null
        when u.policy_oid is not null then '(not read)'
        else pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)
    end as check_expression
from pg_catalog.pg_policy as p
join pg_catalog.pg_class as c on c.oid = p.polrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
left join unread as u on u.policy_oid = p.oid
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname, c.relname, p.polname;
