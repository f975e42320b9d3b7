-- title: Settings of roles and databases
-- about: One row per ALTER ROLE … SET and ALTER DATABASE … SET that holds in this database; settings that may be secret are left out.
-- rights: none
-- columns:
--   role_name     text? role; null for every role
--   database_name text? database; null for every database
--   setting_name  text  setting
--   value         text  value as written
select
    r.rolname::text as role_name,
    d.datname::text as database_name,
    pg_catalog.split_part(c.line, '=', 1) as setting_name,
    pg_catalog.substr(c.line, pg_catalog.strpos(c.line, '=') + 1) as value
from pg_catalog.pg_db_role_setting as s
left join pg_catalog.pg_roles as r on r.oid = s.setrole
left join pg_catalog.pg_database as d on d.oid = s.setdatabase
cross join lateral pg_catalog.unnest(s.setconfig) as c(line)
where (s.setdatabase = 0 or d.datname = pg_catalog.current_database())
  and pg_catalog.split_part(c.line, '=', 1) !~* '(password|secret|token|key|conninfo|\.)'
order by 1 nulls first, 2 nulls first, 3;
