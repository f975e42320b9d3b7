-- title: What pins the type of a column
-- about: One row per column whose type PostgreSQL refuses to change while something else rests on it: a view, a generated column, a policy, a trigger, a function's body, a publication, inheritance or partitioning.
-- rights: none
-- columns:
--   table_oid   int8   table
--   schema_name text   its schema
--   table_name  text   its name
--   column_name text   column
--   dependents  text[] what rests on it, in words; those of partitions and of inheriting tables among them
with recursive descendants as (
    select c.oid as ancestor, c.oid as relation
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    union
    select d.ancestor, i.inhrelid
    from descendants as d
    join pg_catalog.pg_inherits as i on i.inhparent = d.relation
),
pinned as (
    select
        d.refobjid as relation,
        d.refobjsubid as attnum,
        case
            when d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass then (
                select case v.relkind when 'm' then 'materialized view ' else 'view ' end || v.oid::pg_catalog.regclass::text
                from pg_catalog.pg_rewrite as r
                join pg_catalog.pg_class as v on v.oid = r.ev_class
                where r.oid = d.objid
            )
            when d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass then (
                select 'generated column ' || g.attname::text
                from pg_catalog.pg_attrdef as e
                join pg_catalog.pg_attribute as g on g.attrelid = e.adrelid and g.attnum = e.adnum
                where e.oid = d.objid and (e.adrelid, e.adnum) <> (d.refobjid, d.refobjsubid)
            )
            when d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass then (
                select 'policy ' || p.polname::text from pg_catalog.pg_policy as p where p.oid = d.objid
            )
            when d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass then (
                select 'trigger ' || t.tgname::text
                from pg_catalog.pg_trigger as t
                where t.oid = d.objid and not t.tgisinternal
            )
            when d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass then (
                select 'function ' || f.proname::text from pg_catalog.pg_proc as f where f.oid = d.objid
            )
            when d.classid = 'pg_catalog.pg_publication_rel'::pg_catalog.regclass then 'publication'
        end as dependent
    from pg_catalog.pg_depend as d
    where d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjsubid > 0
    union all
    select a.attrelid, a.attnum, 'table that it is inherited from'
    from pg_catalog.pg_attribute as a
    where a.attinhcount > 0 and a.attnum > 0
    union all
    -- Columns in an expression of the key depend on the table as the table's own part.
    select k.partrelid, a.attnum, 'partition key'
    from pg_catalog.pg_partitioned_table as k
    join pg_catalog.pg_attribute as a on a.attrelid = k.partrelid and a.attnum > 0
    where a.attnum = any (k.partattrs::int2[])
        or exists (
            select
            from pg_catalog.pg_depend as d
            where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = k.partrelid and d.objsubid = 0
              and d.refobjid = k.partrelid and d.refobjsubid = a.attnum and d.deptype in ('i', 'n')
        )
)
select
    c.oid::int8 as table_oid,
    n.nspname::text as schema_name,
    c.relname::text as table_name,
    a.attname::text as column_name,
    pg_catalog.array_agg(distinct p.dependent order by p.dependent) as dependents
from descendants as d
join pg_catalog.pg_class as c on c.oid = d.ancestor
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_catalog.pg_attribute as own on own.attrelid = d.relation and own.attname = a.attname and not own.attisdropped
join pinned as p on p.relation = own.attrelid and p.attnum = own.attnum
where p.dependent is not null
    -- What a descendant inherits is no obstacle for the table that it inherits from.
    and (d.relation = c.oid or p.dependent <> 'table that it is inherited from')
group by c.oid, n.nspname, c.relname, a.attname
order by n.nspname, c.relname, a.attname
