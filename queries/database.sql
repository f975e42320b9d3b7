-- title: Database and server
-- about: One row about the database, its server, the session's role and the age of the cumulative statistics.
-- rights: none; is_monitor tells whether the role is a member of pg_monitor
-- columns:
--   database_name          text         name of the database
--   database_bytes         int8?        size of the database; null without CONNECT or pg_read_all_stats
--   server_version         text         version as the server spells it
--   server_version_num     int8         version as a number, 180006 for 18.6
--   server_address         text?        address that the session reached; null over a Unix socket
--   server_port            int8?        port that the session reached; null over a Unix socket
--   started_at             timestamptz  start of the server
--   captured_at            timestamptz  start of the capturing transaction
--   is_replica             bool         the server is in recovery
--   stats_reset_at         timestamptz? last reset of this database's statistics; null when never reset
--   role_name              text         role that captured
--   is_superuser           bool         that role is a superuser
--   is_monitor             bool         that role has the rights of pg_monitor
--   reads_all_data         bool         that role has the rights of pg_read_all_data
--   encoding               text         server encoding
--   collation              text?        default collation (LC_COLLATE)
--   block_bytes            int8         page size
--   connections_count      int8         sessions connected to this database
--   commits_count          int8         transactions committed since the reset
--   rollbacks_count        int8         transactions rolled back since the reset
--   blocks_read_count      int8         pages read from outside shared buffers
--   blocks_hit_count       int8         pages found in shared buffers
--   deadlocks_count        int8         deadlocks detected
--   conflicts_count        int8         queries cancelled by recovery (replicas)
--   temp_files_count       int8         temporary files made
--   temp_bytes             int8         bytes written to temporary files
--   frozen_xid_age_count   int8         transactions since datfrozenxid
--   multixact_age_count    int8         multixacts since datminmxid
--   transaction_isolation  text         default_transaction_isolation of the session
select
    d.datname::text as database_name,
    case
        when pg_catalog.has_database_privilege(d.oid, 'CONNECT') then pg_catalog.pg_database_size(d.oid)
    end as database_bytes,
    pg_catalog.current_setting('server_version') as server_version,
    pg_catalog.current_setting('server_version_num')::int8 as server_version_num,
    pg_catalog.host(pg_catalog.inet_server_addr()) as server_address,
    pg_catalog.inet_server_port()::int8 as server_port,
    pg_catalog.pg_postmaster_start_time() as started_at,
    pg_catalog.transaction_timestamp() as captured_at,
    pg_catalog.pg_is_in_recovery() as is_replica,
    s.stats_reset as stats_reset_at,
    current_user::text as role_name,
    (select r.rolsuper from pg_catalog.pg_roles as r where r.rolname = current_user) as is_superuser,
    pg_catalog.pg_has_role('pg_monitor', 'USAGE') as is_monitor,
    pg_catalog.pg_has_role('pg_read_all_data', 'USAGE') as reads_all_data,
    pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding,
    d.datcollate::text as collation,
    pg_catalog.current_setting('block_size')::int8 as block_bytes,
    s.numbackends::int8 as connections_count,
    s.xact_commit as commits_count,
    s.xact_rollback as rollbacks_count,
    s.blks_read as blocks_read_count,
    s.blks_hit as blocks_hit_count,
    s.deadlocks as deadlocks_count,
    s.conflicts as conflicts_count,
    s.temp_files as temp_files_count,
    s.temp_bytes as temp_bytes,
    pg_catalog.age(d.datfrozenxid)::int8 as frozen_xid_age_count,
    pg_catalog.mxid_age(d.datminmxid)::int8 as multixact_age_count,
    pg_catalog.current_setting('default_transaction_isolation') as transaction_isolation
from pg_catalog.pg_database as d
join pg_catalog.pg_stat_database as s on s.datid = d.oid
where d.datname = pg_catalog.current_database();
