-- title: Foreign keys
-- about: One row per foreign-key constraint, those of partitions included (parent_constraint_oid tells them).
-- rights: none
-- columns:
--   constraint_oid          int8    OID of the constraint
--   constraint_name         text    name
--   table_oid               int8    referencing table
--   schema_name             text    schema of the referencing table
--   table_name              text    name of the referencing table
--   column_numbers          int8[]  referencing attnums, in key order
--   column_names            text[]  referencing columns, in key order
--   column_types            text[]  their types, as format_type spells them
--   columns_not_null        bool[]  NOT NULL holds for each
--   referenced_oid          int8    referenced table
--   referenced_schema       text    its schema
--   referenced_table        text    its name
--   referenced_numbers      int8[]  referenced attnums, in key order
--   referenced_columns      text[]  referenced columns, in key order
--   referenced_types        text[]  their types
--   referenced_index_oid    int8?   unique index that the key relies on
--   on_delete               text    NO ACTION, RESTRICT, CASCADE, SET NULL or SET DEFAULT
--   on_update               text    the same for updates of the referenced key
--   match_type              text    SIMPLE, FULL or PARTIAL
--   delete_set_columns      text[]  columns that SET NULL or SET DEFAULT touches; empty: all of the key (15+)
--   is_validated            bool    existing rows are known to obey it
--   is_enforced             bool    NOT ENFORCED exists from 18 on; without triggers nothing is checked
--   is_deferrable           bool    DEFERRABLE
--   is_deferred             bool    INITIALLY DEFERRED
--   is_temporal             bool    the key has a PERIOD part (18+)
--   disabled_triggers_count int8    its triggers that are disabled, or that fire only on replicas
--   is_delete_enabled       bool    no trigger that carries out its ON DELETE action is disabled
--   parent_constraint_oid   int8?   the constraint of the partitioned table above, on either side
--   is_inherited            bool    it came from a partitioned table above
--   definition              text    as pg_get_constraintdef spells it
--   comment                 text?   comment on the constraint
select
    k.oid::int8 as constraint_oid,
    k.conname::text as constraint_name,
    c.oid::int8 as table_oid,
    n.nspname::text as schema_name,
    c.relname::text as table_name,
    k.conkey::int8[] as column_numbers,
    a.names as column_names,
    a.types as column_types,
    a.not_null as columns_not_null,
    rc.oid::int8 as referenced_oid,
    rn.nspname::text as referenced_schema,
    rc.relname::text as referenced_table,
    k.confkey::int8[] as referenced_numbers,
    b.names as referenced_columns,
    b.types as referenced_types,
    nullif(k.conindid, 0)::int8 as referenced_index_oid,
    case k.confdeltype
        when 'a' then 'NO ACTION' when 'r' then 'RESTRICT' when 'c' then 'CASCADE'
        when 'n' then 'SET NULL' when 'd' then 'SET DEFAULT'
    end as on_delete,
    case k.confupdtype
        when 'a' then 'NO ACTION' when 'r' then 'RESTRICT' when 'c' then 'CASCADE'
        when 'n' then 'SET NULL' when 'd' then 'SET DEFAULT'
    end as on_update,
    case k.confmatchtype when 's' then 'SIMPLE' when 'f' then 'FULL' else 'PARTIAL' end as match_type,
    coalesce(s.names, '{}') as delete_set_columns,
    k.convalidated as is_validated,
    coalesce((k.newer ->> 'conenforced')::boolean, true) as is_enforced,
    k.condeferrable as is_deferrable,
    k.condeferred as is_deferred,
    coalesce((k.newer ->> 'conperiod')::boolean, false) as is_temporal,
    x.disabled_triggers_count,
    not coalesce(x.is_delete_disabled, false) as is_delete_enabled,
    nullif(k.conparentid, 0)::int8 as parent_constraint_oid,
    (k.coninhcount > 0) as is_inherited,
    pg_catalog.pg_get_constraintdef(k.oid) as definition,
    pg_catalog.obj_description(k.oid, 'pg_constraint') as comment
from pg_catalog.pg_constraint as con
-- to_jsonb reads columns that older servers do not have.
cross join lateral (select con.*, pg_catalog.to_jsonb(con) as newer) as k
join pg_catalog.pg_class as c on c.oid = k.conrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_class as rc on rc.oid = k.confrelid
join pg_catalog.pg_namespace as rn on rn.oid = rc.relnamespace
-- Looked up key by key: in a database just restored the catalog has no statistics, and joins of whole CTEs then
-- become nested loops that take minutes for a few thousand keys.
cross join lateral (
    select
        pg_catalog.array_agg(a.attname::text order by u.position) as names,
        pg_catalog.array_agg(pg_catalog.format_type(a.atttypid, a.atttypmod) order by u.position) as types,
        pg_catalog.array_agg(a.attnotnull order by u.position) as not_null
    from pg_catalog.unnest(k.conkey) with ordinality as u(number, position)
    join pg_catalog.pg_attribute as a on a.attrelid = k.conrelid and a.attnum = u.number
) as a
cross join lateral (
    select
        pg_catalog.array_agg(a.attname::text order by u.position) as names,
        pg_catalog.array_agg(pg_catalog.format_type(a.atttypid, a.atttypmod) order by u.position) as types
    from pg_catalog.unnest(k.confkey) with ordinality as u(number, position)
    join pg_catalog.pg_attribute as a on a.attrelid = k.confrelid and a.attnum = u.number
) as b
cross join lateral (
    select pg_catalog.array_agg(a.attname::text order by u.position) as names
    from pg_catalog.jsonb_array_elements_text(
        case when pg_catalog.jsonb_typeof(k.newer -> 'confdelsetcols') = 'array' then k.newer -> 'confdelsetcols' end
    ) with ordinality as u(number, position)
    join pg_catalog.pg_attribute as a on a.attrelid = k.conrelid and a.attnum = u.number::int2
) as s
cross join lateral (
    select
        count(*) as disabled_triggers_count,
        -- Bit 3 of tgtype: the trigger fires on DELETE.
        pg_catalog.bool_or(t.tgtype & 8 <> 0) as is_delete_disabled
    from pg_catalog.pg_trigger as t
    where t.tgconstraint = k.oid and t.tgenabled in ('D', 'R')
) as x
where con.contype = 'f'
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname, c.relname, k.conname, k.oid;
