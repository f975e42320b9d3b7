-- title: Distribution of widths and frequencies
-- about: One row per column, or expression of an index, of variable width or in an index, in relations of 8 pages and more. Lengths and shares only, no value.
-- rights: SELECT on the column (pg_read_all_data gives it everywhere); without it the column is absent
-- columns:
--   schema_name   text    schema
--   table_name    text    table, or index whose expression this is
--   column_name   text    column, or the expression's attribute of the index
--   width_bytes   int8[]  distinct stored widths of text and numeric values, header included, ascending
--   width_ppm     int8[]  their shares of the rows that are not NULL, in millionths
--   common_ppm    int8[]  shares of the most common values, in millionths of all rows, descending
with wanted as materialized (
    select
        s.schemaname, s.tablename, s.attname, s.null_frac, s.most_common_freqs,
        case
            when a.attlen <> -1 then 'none'
            when t.typcategory = 'S' then 'text'
            when 'pg_catalog.numeric'::regtype in (t.oid, t.typbasetype) then 'numeric'
            else 'none'
        end as spelling,
        case when a.attlen = -1 then s.most_common_vals::text end as common_values,
        case when a.attlen = -1 then s.histogram_bounds::text end as bounds
    from pg_catalog.pg_stats as s
    join pg_catalog.pg_namespace as n on n.nspname = s.schemaname
    join pg_catalog.pg_class as c on c.relnamespace = n.oid and c.relname = s.tablename
    join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attname = s.attname
    join pg_catalog.pg_type as t on t.oid = a.atttypid
    where c.relkind in ('r', 'm', 'i') and c.relpages >= 8 and not s.inherited
      and s.schemaname !~ '^pg_' and s.schemaname <> 'information_schema'
      and (
        a.attlen = -1 or c.relkind = 'i'
        or exists (
            select from pg_catalog.pg_index as i where i.indrelid = c.oid and a.attnum = any (i.indkey::int2[])
        )
      )
),
spelled as (
    select w.schemaname, w.tablename, w.attname, w.spelling, u.spelled, u.share::float8
    from wanted as w
    cross join lateral (
        select m.spelled, m.share
        from unnest(w.common_values::text[], w.most_common_freqs) as m(spelled, share)
        union all
        select
            b.spelled,
            greatest(0, 1 - w.null_frac - coalesce((select sum(f) from unnest(w.most_common_freqs) as f), 0))
            / count(*) over ()
        from unnest(w.bounds::text[]) as b(spelled)
    ) as u
    where w.spelling <> 'none'
),
measured as (
    select
        p.schemaname, p.tablename, p.attname, p.share,
        case p.spelling
            when 'text' then octet_length(p.spelled)
            -- Base-10000 digits, leading and trailing zero digits left out, after a header of two bytes.
            else 2 + 2 * case
                when p.fraction = '' then
                    ceil(length(p.whole) / 4.0) - floor(length(substring(p.whole from '0*$')) / 4.0)
                when p.whole = '' then
                    ceil(length(p.fraction) / 4.0) - floor(length(substring(p.fraction from '^0*')) / 4.0)
                else ceil(length(p.whole) / 4.0) + ceil(length(p.fraction) / 4.0)
            end::int4
        end as payload
    from (
        select
            d.*,
            ltrim(split_part(d.spelled, '.', 1), '-0') as whole,
            rtrim(split_part(d.spelled, '.', 2), '0') as fraction
        from spelled as d
    ) as p
    where p.spelled is not null
),
widths as (
    select
        g.schemaname, g.tablename, g.attname,
        array_agg(g.width order by g.width) as width_bytes,
        array_agg((1e6 * g.share / g.whole)::int8 order by g.width) as width_ppm
    from (
        select
            m.schemaname, m.tablename, m.attname,
            -- Up to 126 bytes take a header of one byte, more take four.
            (m.payload + case when m.payload <= 126 then 1 else 4 end)::int8 as width,
            sum(m.share) as share,
            nullif(sum(sum(m.share)) over (partition by m.schemaname, m.tablename, m.attname), 0) as whole
        from measured as m
        group by 1, 2, 3, 4
    ) as g
    where g.whole is not null
    group by 1, 2, 3
)
select
    w.schemaname::text as schema_name,
    w.tablename::text as table_name,
    w.attname::text as column_name,
    coalesce(d.width_bytes, '{}') as width_bytes,
    coalesce(d.width_ppm, '{}') as width_ppm,
    coalesce(
        (select array_agg((1e6 * f.share)::int8 order by f.share desc) from unnest(w.most_common_freqs) as f(share)),
        '{}'
    ) as common_ppm
from wanted as w
left join widths as d using (schemaname, tablename, attname)
order by w.schemaname, w.tablename, w.attname;
