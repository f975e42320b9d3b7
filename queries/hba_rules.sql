-- title: Client authentication rules
-- about: One row per line of pg_hba.conf as the server reads it; options, which may hold secrets, are not taken.
-- rights: superuser, or SELECT on pg_hba_file_rules and EXECUTE on its function; without them the frame is missing
-- columns:
--   line_number int8   line in the file
--   type        text?  local, host, hostssl, hostnossl, hostgssenc or hostnogssenc
--   databases   text[] databases it applies to
--   users       text[] roles it applies to
--   address     text?  host name, address, all, samehost or samenet
--   netmask     text?  mask of the address
--   auth_method text?  trust, scram-sha-256, md5, cert, …
--   has_error   bool   the server cannot read the line
select
    h.line_number::int8 as line_number,
    h.type,
    h.database as databases,
    h.user_name as users,
    h.address,
    h.netmask,
    h.auth_method,
    h.error is not null as has_error
from pg_catalog.pg_hba_file_rules as h
order by h.line_number;
