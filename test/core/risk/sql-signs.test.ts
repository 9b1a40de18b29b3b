// Statements that only read stay reads; those that do more are noticed, also in the disguises that databases accept.
import { describe, expect, test } from 'vitest'
import { classifyTool } from '../../../core/risk/classify.ts'
import type { RiskClass } from '../../../core/schema/risk-class.ts'

const classOf = (args: Record<string, string | string[]>) => classifyTool('read_query', args).class

describe('only reading', () => {
  test.each([
    ['SELECT * FROM deleted_users WHERE updated_at > now()', 'words within names'],
    ["SELECT id FROM logs WHERE action = 'delete' OR action = 'drop'", 'verbs as texts'],
    ['SELECT "delete", `update`, [drop] FROM t', 'verbs as quoted names'],
    ['select t.delete, t.copy from t', 'verbs as names of columns'],
    ["SELECT replace(name, 'a', 'b'), count(*) FROM t", 'a function named like a verb'],
    ['WITH x AS (SELECT 1) SELECT * FROM x', 'a common table expression'],
    ['EXPLAIN SELECT 1', 'a plan'],
    ['EXPLAIN QUERY PLAN SELECT 1', 'a plan in SQLite'],
    ['PRAGMA table_info(users)', 'a pragma that tells'],
    ['PRAGMA user_version', 'a pragma without a value'],
    ['SHOW TABLES', 'MySQL'],
    ['SELECT 1 -- it only reads', 'a comment'],
    ['SELECT created_at, updated_by FROM t ORDER BY 1 LIMIT 10;', 'an end'],
  ])('%s (%s)', (sql) => {
    for (const key of ['sql', 'query']) expect(classOf({ [key]: sql }), key).toBe('read')
  })
})

describe('more than reading, whatever the argument is called', () => {
  test.each<[string, RiskClass, string]>([
    ['delete from users', 'destructive', 'plain'],
    ['DELETE\n\tFROM users', 'destructive', 'other spaces'],
    ['DELETE/**/FROM users', 'destructive', 'a comment as space'],
    ['DEL/**/ETE FROM users', 'destructive', 'a comment within the word'],
    ['/*!50000 DELETE*/ FROM users', 'destructive', 'a comment that MySQL runs'],
    ['/*!DELETE FROM*/ users', 'destructive', 'a comment that MySQL runs, without version'],
    ['SELECT 1 -- x\n; DELETE FROM users', 'destructive', 'after a comment'],
    ["SELECT '--'; DELETE FROM users", 'destructive', 'after a comment that is none'],
    ["SELECT '/*'; DELETE FROM users; SELECT '*/'", 'destructive', 'between comments that are none'],
    ["SELECT 'a\\'; DELETE FROM users; --'", 'destructive', 'a text that ends earlier where \\ is no escape'],
    ['SELECT 1; DROP TABLE users', 'destructive', 'a second statement'],
    ['SELECT 1;TRUNCATE users', 'destructive', 'a second statement without a space'],
    ['WITH x AS (SELECT 1) DELETE FROM users', 'destructive', 'after a common table expression'],
    ['WITH d AS (DELETE FROM users RETURNING *) SELECT * FROM d', 'destructive', 'within a common table expression'],
    ['EXPLAIN ANALYZE DELETE FROM users', 'destructive', 'ANALYZE runs what it explains'],
    ['ALTER TABLE t ADD COLUMN x int', 'destructive', 'structure'],
    ['DROP MATERIALIZED VIEW v', 'destructive', 'words before the kind'],
    ['SELECT pg_terminate_backend(1)', 'destructive', 'a function that ends sessions'],
    ['INSERT INTO t VALUES (1)', 'write', 'plain'],
    ['INSERT OR REPLACE INTO t VALUES (1)', 'write', 'SQLite'],
    ['UPDATE t SET a = 1', 'write', 'plain'],
    ['WITH x AS (UPDATE t SET a = 1 RETURNING *) SELECT * FROM x', 'write', 'within a common table expression'],
    ['SELECT * INTO copy_of_users FROM users', 'write', 'SELECT that creates a table'],
    ['CREATE TABLE t (a int)', 'write', 'plain'],
    ['MERGE INTO t USING s ON 1=1 WHEN MATCHED THEN DELETE', 'destructive', 'merge that deletes'],
    ['PRAGMA writable_schema = 1', 'write', 'a pragma that sets'],
    ['PRAGMA journal_mode(DELETE)', 'write', 'a pragma that sets, with brackets'],
    ["SELECT set_config('x', 'y', false)", 'write', 'a function that sets'],
    ["ATTACH DATABASE '/tmp/x.db' AS x", 'execute', 'SQLite opens or creates a file'],
    ["VACUUM INTO '/tmp/x.db'", 'execute', 'SQLite writes a file'],
    ["COPY t TO PROGRAM 'sh'", 'execute', 'a program'],
    ["COPY (SELECT 1) TO '/tmp/x'", 'execute', 'a file'],
    ["COPY t FROM '/etc/passwd'", 'execute', 'a file that is read'],
    ["SELECT * FROM t INTO OUTFILE '/tmp/x'", 'execute', 'MySQL writes a file'],
    ["SELECT LOAD_FILE('/etc/passwd')", 'execute', 'MySQL reads a file'],
    ["SELECT pg_read_file('/etc/passwd')", 'execute', 'Postgres reads a file'],
    ["SELECT load_extension('x')", 'execute', 'SQLite loads code'],
    ["EXEC xp_cmdshell 'dir'", 'execute', 'SQL Server runs a command'],
    ['DO $$ BEGIN PERFORM 1; END $$', 'execute', 'a block of code'],
    ['CREATE OR REPLACE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql', 'execute', 'code that stays'],
    ["SELECT * FROM dblink('x', 'y') AS t(a int)", 'execute', 'another database'],
    ['.shell rm -rf /', 'execute', 'a command of the sqlite3 program'],
    ['GRANT ALL ON t TO eve', 'credentials', 'access'],
    ["CREATE USER eve PASSWORD 'x'", 'credentials', 'access'],
    ['SELECT * FROM pg_shadow', 'credentials', 'passwords'],
    ['SELECT * FROM mysql.user', 'credentials', 'passwords'],
    ['SET ROLE postgres', 'credentials', 'becoming someone else'],
  ])('%s: %s (%s)', (sql, riskClass) => {
    for (const key of ['sql', 'query', 'sqlQuery', 'sql_query', 'statement']) {
      expect(classOf({ [key]: sql }), key).toBe(riskClass)
    }
    expect(classOf({ statements: ['select 1', sql] })).toBe(riskClass)
  })
})

describe('only where the argument is named after SQL, or begins like SQL', () => {
  test.each<[string, RiskClass]>([
    ['DELETE users', 'destructive'],
    ['DROP x', 'destructive'],
    ["PREPARE s FROM 'x'", 'execute'],
    ['CALL do_it()', 'execute'],
    ['REINDEX t', 'write'],
    ['REFRESH x', 'write'],
  ])('%s: %s', (sql, riskClass) => {
    expect(classOf({ sql })).toBe(riskClass)
    expect(classOf({ query: `SELECT 1; ${sql}` })).toBe(riskClass)
    expect(classOf({ query: sql })).toBe('read')
  })
})

test.each([
  'delete button is broken after update',
  'how to drop off a package',
  'create issue templates',
  'grant application',
  'with great power',
  'mutation testing of parsers',
  'truncate long titles',
  'exec summary of the call',
])('plain language stays a search: %s', (query) => {
  expect(classifyTool('search_issues', { query }).class).toBe('read')
})

test('what is too long to be looked at is not taken for a read', () => {
  const long = `SELECT 1 ${' '.repeat(20_000)}; DELETE FROM users`
  expect(classOf({ sql: long })).toBe('unknown')
  expect(classOf({ query: long })).toBe('unknown')
  expect(classOf({ query: `${'#\n'.repeat(3000)}mutation { addComment { id } }` })).toBe('unknown')
  expect(classOf({ query: 'how are you '.repeat(2000) })).toBe('read')
})

test.each<[string, Parameters<typeof classifyTool>[1], RiskClass]>([
  ['GraphQL that reads', { query: 'query { mutation: user { name } }' }, 'read'],
  ['GraphQL that changes', { query: 'mutation { addComment(body: "x") { id } }' }, 'write'],
  ['GraphQL that changes, after a comment', { query: '# hello\nmutation M($a: ID!) { x(a: $a) { id } }' }, 'write'],
  ['GraphQL that deletes', { query: 'mutation { deleteIssue(id: 1) { id } }' }, 'destructive'],
  ['an HTTP method that reads', { method: 'GET' }, 'read'],
  ['an HTTP method that writes', { method: 'post' }, 'write'],
  ['an HTTP method that deletes', { http_method: 'DELETE' }, 'destructive'],
  ['a stage in a pipeline written as text', { pipeline: '[{"$out": "x"}]' }, 'destructive'],
  ['a stage hidden by an escape', { pipeline: '[{"\\u0024out": "x"}]' }, 'destructive'],
  ['a stage in a facet', { pipeline: [{ $facet: { a: [{ $merge: 'x' }] } }] }, 'destructive'],
  ['a secret of a cluster', { resourceType: 'secrets', name: 'x' }, 'credentials'],
  ['a secret among others', { resourceType: 'pods,secret/x' }, 'credentials'],
  ['pods of a cluster', { resourceType: 'pods' }, 'read'],
  ['keys of a cloud machine', { target: 'http://169.254.169.254/latest/' }, 'credentials'],
  ['code', { code: 'return fetch("x")' }, 'execute'],
  ['a code that is none', { code: 'US', language_code: 'en' }, 'read'],
  ['a long command', { command: `echo ${'x'.repeat(5000)}` }, 'execute'],
  ['a command line', { commandLine: 'ls' }, 'execute'],
  ['an address by another name', { webhook_url: 'https://example.org' }, 'network'],
  ['a socket address', { url: 'wss://example.org' }, 'network'],
])('%s: %j is %s', (_why, args, riskClass) => {
  const found = classifyTool('get_thing', args)
  expect(found.class, found.evidence.join('; ')).toBe(riskClass)
})

test('thousands of queries of nothing but line ends come to an end', () => {
  const query = Array.from({ length: 8000 }, () => '\n'.repeat(4096))
  expect(classifyTool('x', { query }).class).toBe('unknown')
})
