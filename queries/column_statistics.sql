-- title: Column statistics
-- about: One row per column, and per expression of an index, that ANALYZE described and the role may read. No value of any row is taken.
-- rights: SELECT on the column (pg_read_all_data gives it everywhere); without it the column is absent
-- columns:
--   schema_name        text    schema
--   table_name         text    table, or index whose expressions these are
--   column_name        text    column, or the expression's attribute of the index
--   is_inherited       bool    the figures cover inheritance children and partitions
--   null_ratio         float8  share of NULLs, 0 to 1
--   average_bytes      int8    average width of the stored value
--   distinct_values    float8  number of distinct values; negative: minus their share of the rows
--   correlation        float8? order on disk against order of values, -1 to 1
--   common_values_ratio float8? share of the rows that hold one of the most common values
--   common_values_count int8   how many most common values are known
--   top_value_ratio    float8? share of the most common value
select
    s.schemaname::text as schema_name,
    s.tablename::text as table_name,
    s.attname::text as column_name,
    s.inherited as is_inherited,
    s.null_frac::float8 as null_ratio,
    s.avg_width::int8 as average_bytes,
    s.n_distinct::float8 as distinct_values,
    s.correlation::float8 as correlation,
    (select sum(f.share) from pg_catalog.unnest(s.most_common_freqs) as f(share))::float8 as common_values_ratio,
    coalesce(pg_catalog.cardinality(s.most_common_freqs), 0)::int8 as common_values_count,
    s.most_common_freqs[1]::float8 as top_value_ratio
from pg_catalog.pg_stats as s
where s.schemaname !~ '^pg_' and s.schemaname <> 'information_schema'
order by s.schemaname, s.tablename, s.attname, s.inherited;
