-- title: Statements
-- about: One row per statement and role of this database in pg_stat_statements. Literals that its normalisation left are cut, and of a utility statement, which may hold a password, only the command is taken. Statements on the system's catalog and the workbench's own are left out.
-- rights: the extension pg_stat_statements in shared_preload_libraries and created in this database; pg_read_all_stats (in pg_monitor) for other roles' statements, else their text is null
-- requires: pg_stat_statements
-- columns:
--   query_id                 int8?        identifier of the normalised statement; null when not readable
--   role_name                text?        role that ran it
--   is_toplevel              bool         run by a client, not inside a function
--   command                  text?        first word, upper case: SELECT, INSERT, …
--   statement                text?        normalised text of SELECT, INSERT, UPDATE, DELETE, MERGE and WITH; null for others
--   calls_count              int8         times executed
--   rows_count               int8         rows returned or changed
--   total_seconds            float8       time spent executing
--   mean_seconds             float8       mean of one execution
--   min_seconds              float8       shortest
--   max_seconds              float8       longest
--   deviation_seconds        float8       standard deviation
--   plan_seconds             float8       time spent planning, when pg_stat_statements.track_planning is on
--   blocks_hit_count         int8         pages found in shared buffers
--   blocks_read_count        int8         pages read from outside
--   blocks_written_count     int8         pages that it had to write itself
--   temp_blocks_read_count   int8         pages of temporary files read
--   temp_blocks_written_count int8        pages of temporary files written
--   wal_bytes                int8         WAL written
--   counted_since_at         timestamptz? start of the counting of this statement (17+)
with own as (
    select s.*, pg_catalog.to_jsonb(s) as newer
    from pg_stat_statements as s
    where s.dbid = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
      and s.query !~ 'pg_catalog\.|information_schema\.|/\* workbench'
),
cut as (
    select
        o.*,
        pg_catalog.regexp_replace(
            pg_catalog.regexp_replace(o.query, '/\*.*?\*/|--[^\n]*', ' ', 'g'),
            '[eE]''(?:[^''\\]|\\.|'''')*''|''(?:[^'']|'''')*''|\$([A-Za-z_]\w*)?\$.*?\$\1\$', '''…''', 'g'
        ) as words
    from own as o
)
select
    c.queryid as query_id,
    pg_catalog.pg_get_userbyid(c.userid)::text as role_name,
    coalesce((c.newer ->> 'toplevel')::bool, true) as is_toplevel,
    pg_catalog.upper(pg_catalog.substring(c.words, '^\W*([A-Za-z]+)')) as command,
    case
        when c.words ~* '^\W*(select|insert|update|delete|merge|with)\M'
        -- Numbers that are no part of a name; unusual, yet a text stored before normalisation holds them.
        then pg_catalog.regexp_replace(c.words, '(?<![\w$."])\d+(\.\d+)?(?![\w"])', '?', 'g')
    end as statement,
    c.calls as calls_count,
    c.rows as rows_count,
    c.total_exec_time / 1000 as total_seconds,
    c.mean_exec_time / 1000 as mean_seconds,
    c.min_exec_time / 1000 as min_seconds,
    c.max_exec_time / 1000 as max_seconds,
    c.stddev_exec_time / 1000 as deviation_seconds,
    c.total_plan_time / 1000 as plan_seconds,
    c.shared_blks_hit as blocks_hit_count,
    c.shared_blks_read as blocks_read_count,
    c.shared_blks_written as blocks_written_count,
    c.temp_blks_read as temp_blocks_read_count,
    c.temp_blks_written as temp_blocks_written_count,
    c.wal_bytes::int8 as wal_bytes,
    (c.newer ->> 'stats_since')::timestamptz as counted_since_at
from cut as c
order by c.total_exec_time desc, c.queryid, 2, 3;
