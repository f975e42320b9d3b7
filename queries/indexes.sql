-- title: Indexes
-- about: One row per index on a table, partitioned table or materialized view, with all that tells two indexes apart.
-- rights: none; bytes is null for an index that somebody holds, or waits for, an ACCESS EXCLUSIVE lock on; while its table is locked so, its definition is not read
-- columns:
--   index_oid           int8    OID of the index
--   schema_name         text    schema
--   table_oid           int8    indexed table
--   table_name          text    its name
--   index_name          text    name
--   access_method       text    btree, hash, gin, gist, brin, spgist, …
--   is_unique           bool    UNIQUE
--   is_primary          bool    backs the primary key
--   is_exclusion        bool    backs an exclusion constraint
--   is_immediate        bool    uniqueness is checked at once, not at the end of a transaction
--   is_valid            bool    indisvalid: usable by queries
--   is_ready            bool    indisready: maintained by writes
--   is_partitioned      bool    index of a partitioned table, without storage of its own
--   parent_index_oid    int8?   index of the partitioned table above that it belongs to
--   nulls_not_distinct  bool    UNIQUE NULLS NOT DISTINCT (15+)
--   is_replica_identity bool    logical replication relies on it
--   is_clustered        bool    CLUSTER last used it
--   key_numbers         int8[]  key attnums in order; 0 is an expression
--   key_columns         text[]  key columns in order; an expression as its text, "(not read)" while the table is locked
--   include_columns     text[]  INCLUDE columns
--   opclasses           text[]  operator class of each key column, with schema when not pg_catalog
--   collations          text[]  collation of each key column, empty when it has none
--   options             int8[]  indoption of each key column: 1 is DESC, 2 is NULLS FIRST
--   predicate           text?   WHERE clause of a partial index, "(not read)" while the table is locked
--   definition          text    as pg_get_indexdef spells it; an SQL comment while the table is locked
--   constraint_name     text?   constraint that it backs
--   constraint_type     text?   primary key, unique or exclusion
--   referencing_count   int8    foreign keys of other tables that rely on it
--   fillfactor          int8    storage parameter; the access method's default when unset
--   reloptions          text[]  storage parameters as set
--   can_deduplicate     bool    a btree whose operator classes allow deduplication and whose options do not forbid it
--   bytes               int8?   main fork
--   pages_count         int8    relpages, as of the last VACUUM, ANALYZE or CREATE INDEX
--   estimated_rows      float8? reltuples; null when unknown
--   is_being_built      bool    a CREATE INDEX or REINDEX is at work on it right now, or may be for all that the role can see
--   extension           text?   extension that made it
--   comment             text?   comment on the index
with locked as materialized (
    -- A lock that is only waited for counts too: whoever comes after it waits behind it.
    select distinct l.relation
    from pg_catalog.pg_locks as l
    where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
      and l.pid is distinct from pg_catalog.pg_backend_pid()
      and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
),
building as materialized (
    select p.index_relid
    from pg_catalog.pg_stat_progress_create_index as p
    where p.index_relid is not null
    union
    -- Without pg_monitor the progress of others is hidden, but not the lock on the table that a build holds.
    select i.indexrelid
    from pg_catalog.pg_index as i
    join pg_catalog.pg_locks as l on l.relation = i.indrelid and l.granted
    where not i.indisvalid and l.locktype = 'relation' and l.mode in ('ShareUpdateExclusiveLock', 'ShareLock')
      and l.pid is distinct from pg_catalog.pg_backend_pid()
      and not pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
),
keys as materialized (
    select
        i.indexrelid,
        pg_catalog.array_agg(
            case
                when u.number <> 0 then a.attname::text
                when lk.relation is not null then '(not read)'
                else pg_catalog.pg_get_indexdef(i.indexrelid, u.position::int4, true)
            end
            order by u.position
        ) as names,
        pg_catalog.array_agg(
            case when ocn.nspname = 'pg_catalog' then oc.opcname else ocn.nspname || '.' || oc.opcname end::text
            order by u.position
        ) filter (where u.position <= i.indnkeyatts) as opclasses,
        pg_catalog.array_agg(coalesce(co.collname::text, '') order by u.position)
            filter (where u.position <= i.indnkeyatts) as collations,
        pg_catalog.bool_and(
            u.position > i.indnkeyatts
            or exists (
                select
                from pg_catalog.pg_amproc as p
                where p.amprocfamily = oc.opcfamily and p.amproclefttype = oc.opcintype
                  and p.amprocrighttype = oc.opcintype and p.amprocnum = 4
            )
        ) as deduplicates
    from pg_catalog.pg_index as i
    join pg_catalog.pg_class as c on c.oid = i.indrelid and c.relkind in ('r', 'p', 'm')
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    cross join lateral pg_catalog.unnest(i.indkey::int2[]) with ordinality as u(number, position)
    left join locked as lk on lk.relation = i.indrelid
    left join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = u.number and u.number <> 0
    -- int2vector and oidvector count from 0, ordinality from 1.
    left join pg_catalog.pg_opclass as oc
        on u.position <= i.indnkeyatts and oc.oid = i.indclass[u.position::int4 - 1]
    left join pg_catalog.pg_namespace as ocn on ocn.oid = oc.opcnamespace
    left join pg_catalog.pg_collation as co
        on u.position <= i.indnkeyatts and co.oid = i.indcollation[u.position::int4 - 1]
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    group by i.indexrelid, i.indnkeyatts
),
referencing as materialized (
    select k.conindid, count(*) as referencing_count
    from pg_catalog.pg_constraint as k
    where k.contype = 'f' and k.conindid <> 0
    group by k.conindid
)
select
    ic.oid::int8 as index_oid,
    n.nspname::text as schema_name,
    c.oid::int8 as table_oid,
    c.relname::text as table_name,
    ic.relname::text as index_name,
    am.amname::text as access_method,
    i.indisunique as is_unique,
    i.indisprimary as is_primary,
    i.indisexclusion as is_exclusion,
    i.indimmediate as is_immediate,
    i.indisvalid as is_valid,
    i.indisready as is_ready,
    (ic.relkind = 'I') as is_partitioned,
    h.inhparent::int8 as parent_index_oid,
    -- to_jsonb reads a column that servers before 15 do not have.
    coalesce((pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) as nulls_not_distinct,
    i.indisreplident as is_replica_identity,
    i.indisclustered as is_clustered,
    (i.indkey::int2[])[0:i.indnkeyatts - 1]::int8[] as key_numbers,
    k.names[1:i.indnkeyatts] as key_columns,
    coalesce(k.names[i.indnkeyatts + 1:], '{}') as include_columns,
    k.opclasses,
    k.collations,
    (i.indoption::int2[])[0:i.indnkeyatts - 1]::int8[] as options,
    case
        when i.indpred is null then null
        when tk.relation is not null then '(not read)'
        else pg_catalog.pg_get_expr(i.indpred, i.indrelid, true)
    end as predicate,
    case
        when tk.relation is not null then '-- not read: another session holds an ACCESS EXCLUSIVE lock on the table'
        else pg_catalog.pg_get_indexdef(ic.oid)
    end as definition,
    con.conname::text as constraint_name,
    case con.contype when 'p' then 'primary key' when 'u' then 'unique' when 'x' then 'exclusion' end
        as constraint_type,
    coalesce(r.referencing_count, 0)::int8 as referencing_count,
    coalesce(
        pg_catalog.substring(pg_catalog.array_to_string(ic.reloptions, ','), 'fillfactor=(\d+)')::int8,
        case am.amname when 'btree' then 90 when 'hash' then 75 when 'gist' then 90 when 'spgist' then 80 else 100 end
    ) as fillfactor,
    coalesce(ic.reloptions, '{}')::text[] as reloptions,
    (
        am.amname = 'btree' and k.deduplicates and i.indnatts = i.indnkeyatts
        and coalesce(pg_catalog.array_to_string(ic.reloptions, ','), '') !~ 'deduplicate_items=(off|false|0|no)'
    ) as can_deduplicate,
    case when lk.relation is null and tk.relation is null then pg_catalog.pg_relation_size(ic.oid) end as bytes,
    ic.relpages::int8 as pages_count,
    nullif(ic.reltuples, -1)::float8 as estimated_rows,
    (b.index_relid is not null) as is_being_built,
    e.extname::text as extension,
    pg_catalog.obj_description(ic.oid, 'pg_class') as comment
from pg_catalog.pg_index as i
join pg_catalog.pg_class as ic on ic.oid = i.indexrelid
join pg_catalog.pg_class as c on c.oid = i.indrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_am as am on am.oid = ic.relam
join keys as k on k.indexrelid = i.indexrelid
left join pg_catalog.pg_inherits as h on h.inhrelid = ic.oid
left join pg_catalog.pg_constraint as con on con.conindid = ic.oid and con.contype in ('p', 'u', 'x')
left join referencing as r on r.conindid = ic.oid
left join locked as lk on lk.relation = ic.oid
left join locked as tk on tk.relation = c.oid
left join building as b on b.index_relid = ic.oid
left join pg_catalog.pg_depend as d
    on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.objsubid = 0 and d.deptype = 'e'
left join pg_catalog.pg_extension as e on e.oid = d.refobjid
where c.relkind in ('r', 'p', 'm')
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname, c.relname, ic.relname;
