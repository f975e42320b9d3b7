-- title: Tables
-- about: One row per table, partitioned table, partition, foreign table, view and materialized view.
-- rights: none; sizes and the partition key are null for a relation that somebody holds, or waits for, an ACCESS EXCLUSIVE lock on
-- columns:
--   table_oid            int8    OID of the relation
--   schema_name          text    schema
--   table_name           text    name
--   kind                 text    table, partitioned table, foreign table, view or materialized view
--   is_partition         bool    it is a partition of another table
--   parent_oid           int8?   the partitioned table above it; null otherwise
--   root_oid             int8    topmost partitioned table above it; its own OID when it is no partition
--   partition_key        text?   PARTITION BY clause of a partitioned table
--   partition_bound      text?   FOR VALUES clause of a partition
--   inherits_count       int8    tables that it inherits from by legacy inheritance
--   heirs_count          int8    tables that inherit from it by legacy inheritance
--   owner                text    role that owns it
--   extension            text?   extension that made it
--   comment              text?   comment on the relation
--   persistence          text    permanent, unlogged or temporary
--   access_method        text?   table access method, heap as a rule
--   estimated_rows       float8? reltuples; null when never vacuumed nor analysed
--   pages_count          int8    relpages, as of the last VACUUM or ANALYZE
--   visible_pages_count  int8    relallvisible, as of the last VACUUM or ANALYZE
--   heap_bytes           int8?   main fork
--   toast_bytes          int8?   TOAST table with its index
--   indexes_bytes        int8?   all indexes
--   total_bytes          int8?   everything
--   toast_oid            int8?   OID of its TOAST table
--   fillfactor           int8    storage parameter, 100 when unset
--   options              text[]  storage parameters as set
--   toast_options        text[]  storage parameters of the TOAST table
--   has_row_security     bool    row security is enabled
--   forces_row_security  bool    row security applies to the owner too
--   replica_identity     text    default, nothing, full or index
--   frozen_xid_age_count int8?   transactions since relfrozenxid
--   multixact_age_count  int8?   multixacts since relminmxid
--   can_select           bool    the capturing role may read its rows
--   is_locked            bool    somebody held, or waited for, an ACCESS EXCLUSIVE lock on it at capture
with recursive locked as materialized (
    -- A lock that is only waited for counts too: whoever comes after it waits behind it.
    select distinct l.relation
    from pg_catalog.pg_locks as l
    where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
      and l.pid is distinct from pg_catalog.pg_backend_pid()
      and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
),
index_parts as materialized (
    -- Sizes of a table open its indexes, its TOAST table and the index of that, each of which may be locked alone.
    select distinct i.indrelid as table_oid
    from pg_catalog.pg_index as i
    join locked as l on l.relation = i.indexrelid
),
toast_parts as materialized (
    select distinct c.oid as table_oid
    from pg_catalog.pg_class as c
    left join pg_catalog.pg_index as i on i.indrelid = c.reltoastrelid
    join locked as l on l.relation in (c.reltoastrelid, i.indexrelid)
    where c.reltoastrelid <> 0
),
inheritance as materialized (
    select i.inhrelid, i.inhparent, c.relispartition
    from pg_catalog.pg_inherits as i
    join pg_catalog.pg_class as c on c.oid = i.inhrelid and c.relkind in ('r', 'p', 'f')
),
roots as (
    select i.inhrelid, i.inhparent as ancestor from inheritance as i where i.relispartition
    union all
    select r.inhrelid, i.inhparent
    from roots as r
    join inheritance as i on i.inhrelid = r.ancestor and i.relispartition
),
topmost as materialized (
    select r.inhrelid, r.ancestor
    from roots as r
    where not exists (select from inheritance as i where i.inhrelid = r.ancestor and i.relispartition)
)
select
    c.oid::int8 as table_oid,
    n.nspname::text as schema_name,
    c.relname::text as table_name,
    case c.relkind
        when 'r' then 'table' when 'p' then 'partitioned table' when 'f' then 'foreign table'
        when 'v' then 'view' when 'm' then 'materialized view'
    end as kind,
    c.relispartition as is_partition,
    case when c.relispartition then (select i.inhparent from inheritance as i where i.inhrelid = c.oid) end::int8
        as parent_oid,
    coalesce(t.ancestor, c.oid)::int8 as root_oid,
    case when c.relkind = 'p' and k.relation is null then pg_catalog.pg_get_partkeydef(c.oid) end as partition_key,
    -- Bounds name no column, so they are spelled without the table, which somebody may have locked.
    case when c.relispartition then pg_catalog.pg_get_expr(c.relpartbound, 0) end as partition_bound,
    (select count(*) from inheritance as i where i.inhrelid = c.oid and not i.relispartition) as inherits_count,
    (select count(*) from inheritance as i where i.inhparent = c.oid and not i.relispartition) as heirs_count,
    pg_catalog.pg_get_userbyid(c.relowner)::text as owner,
    e.extname::text as extension,
    pg_catalog.obj_description(c.oid, 'pg_class') as comment,
    case c.relpersistence when 'p' then 'permanent' when 'u' then 'unlogged' else 'temporary' end as persistence,
    am.amname::text as access_method,
    nullif(c.reltuples, -1)::float8 as estimated_rows,
    c.relpages::int8 as pages_count,
    c.relallvisible::int8 as visible_pages_count,
    case when k.relation is null then pg_catalog.pg_relation_size(c.oid) end as heap_bytes,
    case
        when c.reltoastrelid = 0 then 0
        when k.relation is null and tp.table_oid is null then pg_catalog.pg_total_relation_size(c.reltoastrelid)
    end::int8 as toast_bytes,
    case when k.relation is null and ip.table_oid is null then pg_catalog.pg_indexes_size(c.oid) end as indexes_bytes,
    case
        when k.relation is null and ip.table_oid is null and tp.table_oid is null
        then pg_catalog.pg_total_relation_size(c.oid)
    end as total_bytes,
    nullif(c.reltoastrelid, 0)::int8 as toast_oid,
    coalesce(pg_catalog.substring(pg_catalog.array_to_string(c.reloptions, ','), 'fillfactor=(\d+)'), '100')::int8
        as fillfactor,
    coalesce(c.reloptions, '{}')::text[] as options,
    coalesce(tc.reloptions, '{}')::text[] as toast_options,
    c.relrowsecurity as has_row_security,
    c.relforcerowsecurity as forces_row_security,
    case c.relreplident
        when 'd' then 'default' when 'n' then 'nothing' when 'f' then 'full' else 'index'
    end as replica_identity,
    case when c.relfrozenxid <> '0' then pg_catalog.age(c.relfrozenxid) end::int8 as frozen_xid_age_count,
    case when c.relminmxid <> '0' then pg_catalog.mxid_age(c.relminmxid) end::int8 as multixact_age_count,
    pg_catalog.has_table_privilege(c.oid, 'SELECT') as can_select,
    k.relation is not null as is_locked
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
left join pg_catalog.pg_class as tc on tc.oid = c.reltoastrelid
left join pg_catalog.pg_am as am on am.oid = c.relam
left join locked as k on k.relation = c.oid
left join index_parts as ip on ip.table_oid = c.oid
left join toast_parts as tp on tp.table_oid = c.oid
left join topmost as t on t.inhrelid = c.oid
left join pg_catalog.pg_depend as d
    on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.objsubid = 0 and d.deptype = 'e'
left join pg_catalog.pg_extension as e on e.oid = d.refobjid
where c.relkind in ('r', 'p', 'f', 'v', 'm')
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname, c.relname;
