-- title: Roles
-- about: One row per role; no password or hash is read.
-- rights: none
-- columns:
--   role_name          text         name
--   is_superuser       bool         SUPERUSER
--   can_login          bool         LOGIN
--   creates_roles      bool         CREATEROLE
--   creates_databases  bool         CREATEDB
--   replicates         bool         REPLICATION
--   bypasses_row_security bool      BYPASSRLS
--   connection_limit   int8         -1 when unlimited
--   valid_until_at     timestamptz? end of the password's validity
--   is_system          bool         predefined role of PostgreSQL
--   is_bootstrap       bool         the role that made the cluster, which cannot stop being a superuser
--   member_of          text[]       roles that it is a direct member of, and whose rights it has or may take on
--   settings           text[]       ALTER ROLE … SET, for this database or all; values of secrets cut
select
    r.rolname::text as role_name,
    r.rolsuper as is_superuser,
    r.rolcanlogin as can_login,
    r.rolcreaterole as creates_roles,
    r.rolcreatedb as creates_databases,
    r.rolreplication as replicates,
    r.rolbypassrls as bypasses_row_security,
    r.rolconnlimit::int8 as connection_limit,
    case when pg_catalog.isfinite(r.rolvaliduntil) then r.rolvaliduntil end as valid_until_at,
    (r.rolname ~ '^pg_') as is_system,
    r.oid = 10 as is_bootstrap,
    coalesce(m.names, '{}') as member_of,
    coalesce(s.settings, '{}') as settings
from pg_catalog.pg_roles as r
left join lateral (
    -- From 16 on there is a membership for each grantor, and one with ADMIN alone, as whoever creates a role gets.
    select pg_catalog.array_agg(distinct g.rolname::text order by g.rolname::text) as names
    from pg_catalog.pg_auth_members as am
    join pg_catalog.pg_roles as g on g.oid = am.roleid
    cross join lateral (select pg_catalog.to_jsonb(am) as newer) as j
    where am.member = r.oid
      and (
        coalesce((j.newer ->> 'inherit_option')::bool, true) or coalesce((j.newer ->> 'set_option')::bool, true)
    )
) as m on true
left join lateral (
    select pg_catalog.array_agg(
        case when c.line ~* '^[^=]*(password|secret|token|key|conninfo)' then pg_catalog.split_part(c.line, '=', 1) || '=…'
        else c.line end
        order by c.line
    ) as settings
    from pg_catalog.pg_db_role_setting as rs
    cross join lateral pg_catalog.unnest(rs.setconfig) as c(line)
    where rs.setrole = r.oid
      and rs.setdatabase in (
        0, (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
    )
) as s on true
order by r.rolname;
