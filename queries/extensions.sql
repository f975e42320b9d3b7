-- title: Extensions
-- about: One row per extension that is installed in the database or that the server offers.
-- rights: none
-- columns:
--   extension_name    text  name
--   installed_version text? version installed in this database; null when not installed
--   default_version   text? version that the server would install
--   schema_name       text? schema of its objects, when installed
select
    a.name::text as extension_name,
    x.extversion as installed_version,
    a.default_version,
    n.nspname::text as schema_name
from pg_catalog.pg_available_extensions as a
left join pg_catalog.pg_extension as x on x.extname = a.name
left join pg_catalog.pg_namespace as n on n.oid = x.extnamespace
order by a.name;
