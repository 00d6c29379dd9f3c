-- Row level security of our tables. The package has none: these policies are those of your own migrations. A policy that no migration
-- creates is a fault of drift.extra.
-- $1: {"tables": ["<name>"], "views": [], "functions": [], "comparedIndexes": [], "reported": ["<object of a fault of the comparison>"]}

-- group: policies
-- about: A policy of your migrations decides which rows of a table a role sees and writes. These checks find policies that protect less than
--   they seem to, and those that make every query slow.

-- check: policies.ineffective
-- title: every policy is in force, and depends on nothing that its user can edit
-- input: objects
-- remedy: change the policy or the table in a migration
-- about: Without ALTER TABLE ... ENABLE ROW LEVEL SECURITY a policy has no effect. The user_metadata of a token of Supabase are written by the
--   user: a policy that reads them lets users choose their rows.
-- example: policy skill_feedback.own_rows | row level security on skill_feedback | not enabled: the policy has no effect
WITH policies AS (
  SELECT c.relname, p.polname, c.relrowsecurity,
    concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) AS condition
  FROM pg_policy p
  JOIN pg_class c ON c.oid = p.polrelid
  WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
    AND $1::jsonb->'tables' ? c.relname
    AND NOT $1::jsonb->'reported' ? format('policy %s.%s', c.relname, p.polname)
)
SELECT format('policy %s.%s', relname, polname) AS object, format('row level security on %s', relname) AS expected,
  'not enabled: the policy has no effect' AS actual,
  format('add to a migration: ALTER TABLE %I ENABLE ROW LEVEL SECURITY', relname) AS remedy
FROM policies
WHERE NOT relrowsecurity
  -- the comparison reports a table whose row level security was switched off
  AND NOT $1::jsonb->'reported' ? format('table %s', relname)
UNION ALL
SELECT format('policy %s.%s', relname, polname), 'a condition that users cannot influence', 'it reads user_metadata, which users edit',
  'use app_metadata or a table of yours'
FROM policies
WHERE condition ~ '(user_metadata|raw_user_meta_data)'
ORDER BY 1, 2;

-- check: policies.calls
-- title: no policy asks for each row who the user is
-- severity: warning
-- input: objects
-- remedy: call the function in a sub-SELECT, such as (SELECT auth.uid()) for auth.uid(): the server then calls it once
-- about: The server calls a function in the condition of a policy for each row that a query reads. In a sub-SELECT without columns it calls it
--   once for the query.
-- example: policy skill_feedback.own_rows | one call for each query | a call of auth.uid() for each row
SELECT format('policy %s.%s', c.relname, p.polname) AS object, 'one call for each query' AS expected,
  format('a call of %s() for each row', called.name) AS actual
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid AND c.relrowsecurity
CROSS JOIN LATERAL (
  SELECT string_agg(DISTINCT call[2], '(), ' ORDER BY call[2]) AS name
  FROM regexp_matches(
    concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)),
    '(SELECT (?:\(|NULLIF\(|COALESCE\()*)?\m(auth\.\w+|current_setting)\(', 'g') AS call
  WHERE call[1] IS NULL
) AS called
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  AND $1::jsonb->'tables' ? c.relname
  AND NOT $1::jsonb->'reported' ? format('policy %s.%s', c.relname, p.polname)
  AND called.name IS NOT NULL
ORDER BY 1;

-- check: policies.several
-- title: a table with row level security has one permissive policy for each command and role
-- severity: info
-- input: objects
-- remedy: join the conditions with OR in one policy; without a policy, do nothing if only the owner and the functions use the table
-- about: The server evaluates every permissive policy of a role. With row level security and no policy, no other role than the owner sees
--   a row.
-- example: table skill_feedback | one permissive policy for SELECT of authenticated | 2: own_rows, team_rows
WITH policies AS (
  SELECT c.relname, p.polname, p.polcmd, p.polroles
  FROM pg_policy p
  JOIN pg_class c ON c.oid = p.polrelid
  WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
    AND $1::jsonb->'tables' ? c.relname
    AND c.relrowsecurity AND p.polpermissive
),
-- a policy for PUBLIC (0) is one of every role
judged AS (
  SELECT p.relname, command.name AS command, r.role, array_agg(p.polname::text ORDER BY p.polname) AS names
  FROM (SELECT DISTINCT relname, unnest(polroles) AS role FROM policies) AS r
  JOIN policies p ON p.relname = r.relname AND (r.role = ANY (p.polroles) OR 0 = ANY (p.polroles))
  JOIN (VALUES ('r', 'SELECT'), ('a', 'INSERT'), ('w', 'UPDATE'), ('d', 'DELETE')) AS command (letter, name) ON p.polcmd IN (command.letter::"char", '*')
  GROUP BY p.relname, command.name, r.role
  HAVING count(*) > 1
)
SELECT format('table %s', relname) AS object,
  format('one permissive policy for %s of %s', string_agg(command, ', ' ORDER BY command), CASE role WHEN 0 THEN 'PUBLIC' ELSE role::regrole::text END) AS expected,
  format('%s: %s', cardinality(names), array_to_string(names, ', ')) AS actual
FROM judged
GROUP BY relname, role, names
UNION ALL
SELECT format('table %s', c.relname), 'a policy', 'row level security without a policy: only the owner sees rows'
FROM pg_class c
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  AND $1::jsonb->'tables' ? c.relname
  AND c.relrowsecurity
  AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
  AND NOT $1::jsonb->'reported' ? format('table %s', c.relname)
ORDER BY 1, 2;
