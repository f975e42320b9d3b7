-- title: Settings
-- about: One row per server setting that differs from its default or that a check reads; no setting that may hold a secret.
-- rights: none; settings that need pg_read_all_settings are absent without it
-- columns:
--   setting_name    text  name
--   value           text? value in its unit
--   unit            text? unit of the value: 8kB, ms, …
--   category        text  group in the manual
--   source          text  where the value came from
--   default_value   text? value that the server was built with
--   pending_restart bool  changed in the file, waiting for a restart
select
    s.name::text as setting_name,
    -- What the session would have without what this capture set for itself.
    s.reset_val as value,
    s.unit,
    s.category,
    s.source,
    s.boot_val as default_value,
    s.pending_restart
from pg_catalog.pg_settings as s
where s.name !~ '(conninfo|passphrase|_command$|ssl_key)'
  and (
    s.source not in ('default', 'override')
    or s.name ~ '^(autovacuum|vacuum|max_|shared_|work_mem|maintenance_|effective_|random_page|checkpoint|wal_|track_)'
    or s.name ~ '(timeout|password_encryption|^ssl$|row_security|fsync|full_page_writes|synchronous_commit|jit$)'
    or s.name ~ '(data_checksums|default_transaction|hot_standby|log_|archive_mode|idle_)'
  )
order by s.name;
