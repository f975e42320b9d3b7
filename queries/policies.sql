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
--   using_expression text?  USING clause
--   check_expression text?  WITH CHECK clause
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
    pg_catalog.pg_get_expr(p.polqual, p.polrelid) as using_expression,
    pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) as check_expression
from pg_catalog.pg_policy as p
join pg_catalog.pg_class as c on c.oid = p.polrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname, c.relname, p.polname;
