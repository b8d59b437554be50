"""The questions put to the catalog. `%(role)s` is the application's role."""

# ruff: noqa: S608 - the queries are put together from the fixed fragments of this module

_OURS = """n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%%' AND n.nspname NOT LIKE 'pg\\_temp%%'"""
_NOT_AN_EXTENSIONS = (
    "NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '{catalog}'::regclass AND d.objid ="
    " {oid} AND d.deptype = 'e')"
)

ROLE = """
SELECT r.rolsuper, r.rolbypassrls, r.rolcanlogin,
       ARRAY(SELECT o.rolname FROM pg_roles o
             WHERE o.oid <> r.oid AND NOT r.rolsuper AND pg_has_role(r.oid, o.oid, 'MEMBER')
               AND (o.rolsuper OR o.rolbypassrls OR EXISTS (SELECT FROM pg_class c WHERE c.relowner = o.oid AND c.relrowsecurity))
             ORDER BY 1)::text[]
FROM pg_roles r WHERE r.rolname = %(role)s
"""

TABLES = f"""
SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind, pg_get_userbyid(c.relowner) AS owner,
       c.relrowsecurity AS protected, c.relforcerowsecurity AS forced, c.relispartition AS partition,
       (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
       EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) AS triggers,
       CASE WHEN has_schema_privilege(%(role)s::name, n.oid, 'USAGE') THEN
         ARRAY(SELECT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) p
               WHERE has_table_privilege(%(role)s::name, c.oid, p) OR has_any_column_privilege(%(role)s::name, c.oid, p)
               UNION ALL SELECT p FROM unnest(ARRAY['DELETE', 'TRUNCATE']) p WHERE has_table_privilege(%(role)s::name, c.oid, p))
       ELSE ARRAY[]::text[] END AS privileges
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND {_OURS} AND {_NOT_AN_EXTENSIONS.format(catalog="pg_class", oid="c.oid")}
"""

COLUMNS = f"""
SELECT a.attrelid AS table, a.attname AS name, a.attnum AS number, a.atttypid AS type, a.atttypmod AS modifier, a.attnotnull AS not_null,
       a.atthasdef AS has_default, a.attidentity::text AS identity, a.attgenerated <> '' AS generated,
       has_column_privilege(%(role)s::name, a.attrelid, a.attnum, 'SELECT') AS readable,
       format_type(a.atttypid, a.atttypmod) AS spelled
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND {_OURS}
ORDER BY a.attrelid, a.attnum
"""

_NAMES = """ARRAY(SELECT a.attname::text FROM unnest({keys}) WITH ORDINALITY key(n, i)
      JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = key.n ORDER BY key.i)"""

CHECKS = f"""
SELECT k.conrelid AS table, {_NAMES.format(keys="k.conkey", table="k.conrelid")} AS columns, pg_get_expr(k.conbin, k.conrelid) AS expression
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE k.contype = 'c' AND k.conrelid <> 0 AND {_OURS}
UNION ALL
SELECT c.oid,
       ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             AND pg_get_partition_constraintdef(c.oid)
                 ~ ('(^|[^[:alnum:]_])' || regexp_replace(quote_ident(a.attname), '(\\W)', '\\\\\\1', 'g') || '([^[:alnum:]_]|$)')),
       pg_get_partition_constraintdef(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relispartition AND c.relkind IN ('r', 'p') AND pg_get_partition_constraintdef(c.oid) IS NOT NULL AND {_OURS}
"""

FOREIGN_KEYS = f"""
SELECT k.conrelid AS table, {_NAMES.format(keys="k.conkey", table="k.conrelid")} AS columns, k.confrelid AS parent,
       {_NAMES.format(keys="k.confkey", table="k.confrelid")} AS referenced
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE k.contype = 'f' AND {_OURS}
  AND NOT EXISTS (SELECT FROM pg_constraint up WHERE up.oid = k.conparentid AND up.conrelid = k.conrelid)
ORDER BY k.conrelid, cardinality(k.conkey), k.oid
"""

UNIQUE = f"""
SELECT i.indrelid AS table, {_NAMES.format(keys="(i.indkey::int2[])[0:i.indnkeyatts - 1]", table="i.indrelid")} AS columns
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indisunique AND i.indisvalid AND i.indimmediate AND i.indexprs IS NULL AND i.indpred IS NULL AND {_OURS}
ORDER BY i.indrelid, i.indisprimary DESC, i.indexrelid
"""

INHERITS = "SELECT inhparent AS parent, inhrelid AS child FROM pg_inherits ORDER BY 1, 2"

TYPES = """
SELECT t.oid, n.nspname AS schema, t.typname AS name, t.typtype::text AS kind, t.typcategory::text AS category,
       t.typbasetype AS base, t.typtypmod AS base_modifier, t.typelem AS element, t.typnotnull AS not_null,
       ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels,
       ARRAY(SELECT pg_get_expr(k.conbin, 0) FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') AS checks,
       ARRAY(SELECT a.atttypid FROM pg_attribute a
             WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS fields,
       coalesce((SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = t.oid), 0) AS subtype
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype IN ('b', 'd', 'e', 'r', 'm', 'p') OR (t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
"""

WINDOWS = f"""
WITH RECURSIVE reads AS (
  SELECT r.ev_class AS view, d.refobjid AS relation, d.refclassid = 'pg_proc'::regclass AS function
  FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refobjid <> r.ev_class
  WHERE d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass)
), reach AS (
  SELECT view, relation, function FROM reads
  UNION SELECT reach.view, reads.relation, reads.function FROM reach JOIN reads ON reads.view = reach.relation AND NOT reach.function
)
SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind = 'm' AS materialized, pg_get_userbyid(c.relowner) AS owner,
       coalesce((SELECT lower(split_part(o, '=', 2)) IN ('true', 'on', 'yes', '1')
                 FROM unnest(c.reloptions) o WHERE o LIKE 'security_invoker=%%'), false) AS invoker,
       ARRAY(SELECT DISTINCT CASE WHEN function THEN 0::oid ELSE relation END FROM reach WHERE reach.view = c.oid) AS over_tables,
       ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             AND has_column_privilege(%(role)s::name, c.oid, a.attnum, 'SELECT') ORDER BY a.attnum) AS readable,
       has_schema_privilege(%(role)s::name, n.oid, 'USAGE') AS selectable
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('v', 'm') AND {_OURS} AND {_NOT_AN_EXTENSIONS.format(catalog="pg_class", oid="c.oid")}
ORDER BY c.oid
"""

POLICIES = """
SELECT p.polrelid, p.polname::text, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
       ARRAY(SELECT DISTINCT d.refobjid::regclass::text FROM pg_depend d
             WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> p.polrelid
             ORDER BY 1)::text[], p.polcmd::text
FROM pg_policy p ORDER BY p.polrelid, p.polname
"""

BODIES = f"""
SELECT p.proname::text, coalesce(nullif(p.prosrc, ''), pg_get_function_sqlbody(p.oid), ''), pg_get_functiondef(p.oid), l.lanname::text
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
WHERE p.prokind = 'f' AND l.lanname NOT IN ('c', 'internal') AND {_OURS} AND {_NOT_AN_EXTENSIONS.format(catalog="pg_proc", oid="p.oid")}
ORDER BY p.oid
"""

FUNCTIONS = f"""
SELECT n.nspname AS schema, p.proname AS name, p.prokind = 'p' AS procedure, p.proargtypes::oid[] AS arguments, p.oid::regprocedure::text AS signature,
       pg_get_functiondef(p.oid) AS source, p.provolatile = 'v' AS volatile
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosecdef AND p.prokind IN ('f', 'p') AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype) AND {_OURS}
  AND {_NOT_AN_EXTENSIONS.format(catalog="pg_proc", oid="p.oid")}
  AND has_schema_privilege(%(role)s::name, n.oid, 'USAGE') AND has_function_privilege(%(role)s::name, p.oid, 'EXECUTE')
ORDER BY n.nspname, p.oid
"""
