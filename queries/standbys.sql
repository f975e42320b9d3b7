-- title: Connected standbys
-- about: One row per WAL sender: physical standbys, logical subscribers and WAL receivers that are connected now.
-- rights: pg_read_all_stats (in pg_monitor) for everything but the name; is_visible tells
-- columns:
--   application_name  text?        name that the receiver gives itself
--   client_address    text?        address of the receiver
--   state             text?        startup, catchup, streaming, backup or stopping
--   is_logical        bool         it decodes a logical slot
--   is_visible        bool         the capturing role may see its details
--   slot_name         text?        slot that it uses
--   replay_lag_seconds float8?     time between a flush here and its replay there
--   xmin_age_count    int8?        transactions that its feedback holds back (hot_standby_feedback)
--   started_at        timestamptz? connected since
select
    s.application_name,
    pg_catalog.host(s.client_addr) as client_address,
    s.state,
    coalesce(l.slot_type = 'logical', false) as is_logical,
    s.backend_start is not null as is_visible,
    l.slot_name::text as slot_name,
    pg_catalog.date_part('epoch', s.replay_lag)::float8 as replay_lag_seconds,
    pg_catalog.age(s.backend_xmin)::int8 as xmin_age_count,
    s.backend_start as started_at
from pg_catalog.pg_stat_replication as s
left join pg_catalog.pg_replication_slots as l on l.active_pid = s.pid
order by s.application_name, s.pid;
