-- title: How foreign keys are compared and guarded
-- about: One row per foreign-key constraint: the operators and collations its own triggers compare with, and user triggers that can undo its actions.
-- rights: none
-- columns:
--   constraint_oid            int8   OID of the constraint
--   schema_name               text   schema of the referencing table
--   table_name                text   name of the referencing table
--   constraint_name           text   name
--   operators                 text[] operator of each column pair, referenced = referencing, quoted for OPERATOR()
--   collations                text[] quoted collation of the referenced column where the referencing one differs, else empty
--   suppressing_triggers_count int8  enabled BEFORE ROW triggers of users that can suppress the key's DELETE or UPDATE actions
with pairs as materialized (
    select
        k.oid,
        pg_catalog.array_agg(
            pg_catalog.quote_ident(opn.nspname) || '.' || op.oprname order by u.position
        ) as operators,
        pg_catalog.array_agg(
            case
                when ra.attcollation <> a.attcollation and ra.attcollation <> 0 and a.attcollation <> 0
                    then pg_catalog.quote_ident(con.nspname) || '.' || pg_catalog.quote_ident(co.collname)
                else ''
            end
            order by u.position
        ) as collations
    from pg_catalog.pg_constraint as k
    cross join lateral rows from (
        pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey), pg_catalog.unnest(k.conpfeqop)
    ) with ordinality as u(number, referenced_number, operator, position)
    join pg_catalog.pg_attribute as a on a.attrelid = k.conrelid and a.attnum = u.number
    join pg_catalog.pg_attribute as ra on ra.attrelid = k.confrelid and ra.attnum = u.referenced_number
    join pg_catalog.pg_operator as op on op.oid = u.operator
    join pg_catalog.pg_namespace as opn on opn.oid = op.oprnamespace
    left join pg_catalog.pg_collation as co on co.oid = ra.attcollation
    left join pg_catalog.pg_namespace as con on con.oid = co.collnamespace
    where k.contype = 'f'
    group by k.oid
)
select
    k.oid::int8 as constraint_oid,
    n.nspname::text as schema_name,
    c.relname::text as table_name,
    k.conname::text as constraint_name,
    p.operators,
    p.collations,
    (
        select count(*)
        from pg_catalog.pg_trigger as t
        where t.tgrelid = k.conrelid and not t.tgisinternal and t.tgenabled in ('O', 'A')
          -- tgtype: 1 is FOR EACH ROW, 2 BEFORE, 8 DELETE, 16 UPDATE.
          and (t.tgtype & 3) = 3
          and (
            (k.confdeltype = 'c' and (t.tgtype & 8) > 0)
            or ((k.confdeltype in ('n', 'd') or k.confupdtype in ('c', 'n', 'd')) and (t.tgtype & 16) > 0)
          )
    ) as suppressing_triggers_count
from pg_catalog.pg_constraint as k
join pg_catalog.pg_class as c on c.oid = k.conrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pairs as p on p.oid = k.oid
where k.contype = 'f'
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname, c.relname, k.conname, k.oid;
