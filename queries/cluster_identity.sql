-- title: Identity of the cluster
-- about: One row: what a primary and its physical standbys have in common, to tell a standby from a stranger.
-- rights: none
-- columns:
--   system_identifier text  identifier made by initdb; a physical standby has its primary's
--   timeline          int8  timeline of the last checkpoint
select
    s.system_identifier::text as system_identifier,
    c.timeline_id::int8 as timeline
from pg_catalog.pg_control_system() as s
cross join pg_catalog.pg_control_checkpoint() as c;
