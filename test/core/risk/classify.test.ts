// Names of the tools of common servers, as published, with the classes that are right for each.
import { describe, expect, test } from 'vitest'
import { classifyTool, nameWords } from '../../../core/risk/classify.ts'
import { type RiskClass, riskClasses } from '../../../core/schema/risk-class.ts'

// One line a group: allowed classes, then the names.
const table = `
# filesystem
read: read_file read_text_file read_media_file read_multiple_files list_directory list_directory_with_sizes directory_tree search_files get_file_info list_allowed_directories
write: create_directory write_file edit_file
destructive: move_file
# memory, sequential thinking
read: read_graph search_nodes open_nodes sequentialthinking
write: create_entities create_relations add_observations
destructive: delete_entities delete_observations delete_relations
# git
read: git_status git_diff git_diff_unstaged git_diff_staged git_log git_show git_branch
write: git_add git_commit git_create_branch
destructive: git_checkout git_reset
# fetch, time
network: fetch
read: get_current_time convert_time
# github
read: get_file_contents get_commit list_commits list_issues list_pull_requests list_branches search_code search_issues search_repositories search_users issue_read pull_request_read actions_get actions_list get_pull_request_reviews get_pull_request_comments get_pull_request_files get_merge_request get_me list_workflow_runs
write: create_branch add_issue_comment issue_write create_pull_request create_gist fork_repository create_or_update_file create_repository update_issue sub_issue_write create_pull_request_review update_pull_request_branch
network: push_files
destructive: delete_file merge_pull_request delete_branch
execute: actions_run_trigger
credentials: add_repository_collaborator
# gitlab
write: create_issue create_merge_request update_merge_request
destructive: merge_merge_request
# playwright
read: browser_snapshot browser_take_screenshot browser_console_messages browser_network_requests browser_find browser_wait_for
network: browser_navigate browser_navigate_back browser_file_upload
write: browser_click browser_type browser_fill_form browser_select_option browser_press_key browser_hover browser_drag
write unknown: browser_tabs
execute: browser_evaluate browser_run_code_unsafe browser_install
destructive: browser_drop
# chrome devtools
read: take_snapshot list_pages list_network_requests list_console_messages get_console_message take_screenshot
network: navigate_page upload_file
write: new_page click fill press_key fill_form handle_dialog close_page
execute: evaluate_script
credentials: get_network_request
# puppeteer, browsermcp
read: puppeteer_screenshot browser_get_console_logs
network: puppeteer_navigate browser_go_forward
write: puppeteer_click puppeteer_fill
execute: puppeteer_evaluate
# search and scraping: what is asked leaves the machine
read: resolve-library-id query-docs
read network: web_search_exa web_fetch_exa tavily_search tavily_extract brave_web_search firecrawl_scrape firecrawl_search firecrawl_map firecrawl_extract
network write: firecrawl_crawl firecrawl_monitor_create firecrawl_agent
destructive: firecrawl_monitor_delete
# databases
read: read_query list_tables describe_table
execute: query mysql_query execute_query
write: create_table
execute: write_query
read: find count collection-schema collection-indexes collection-storage-size list-collections list-databases db-stats explain mongodb-logs
read execute: aggregate
write: insert-many create-collection create-index update-many export
destructive: delete-many drop-collection drop-database rename-collection
# supabase
read: search_docs list_projects list_edge_functions get_logs list_migrations
write: create_project
execute: execute_sql apply_migration deploy_edge_function
destructive: merge_branch reset_branch restore_project rebase_branch
credentials: get_publishable_keys get_anon_key list_secrets
# notion
read: API-get-user API-get-users API-retrieve-a-page API-retrieve-a-comment API-post-search API-query-data-source API-get-block-children
write network: API-post-page API-patch-page API-create-a-comment API-update-a-block API-patch-block-children
destructive: API-delete-a-block API-move-page
# slack
read: slack_list_channels slack_get_channel_history slack_get_users slack_get_thread_replies slack_get_user_profile
write: slack_add_reaction
network: slack_post_message slack_reply_to_thread
# linear, atlassian
read: getJiraIssue searchJiraIssuesUsingJql getTransitionsForJiraIssue getVisibleJiraProjects lookupJiraAccountId atlassianUserInfo
write: createJiraIssue createConfluencePage editJiraIssue transitionJiraIssue addCommentToJiraIssue
# sentry
read: find_organizations get_issue_details search_events whoami analyze_issue_with_seer
write: update_project create_team
credentials: create_dsn
# stripe
read: list_invoices list_payment_intents retrieve_balance search_customers list_refunds list_subscriptions
write money: create_customer create_product create_price
money: create_refund cancel_subscription finalize_invoice create_payment_link create_invoice_item create_checkout_session
# figma
read: get_figma_data
write network: download_figma_images
# kubernetes
read: kubectl_get kubectl_describe kubectl_logs explain_resource list_api_resources ping
write: kubectl_create kubectl_patch kubectl_scale kubectl_rollout node_management
network: port_forward
execute: kubectl_apply exec_in_pod kubectl_generic install_helm_chart upgrade_helm_chart
destructive: kubectl_delete cleanup uninstall_helm_chart
# desktop commander
read: list_processes read_process_output list_sessions get_config
write: edit_block set_config_value
execute: start_process interact_with_process execute_command
execute destructive: kill_process force_terminate
# everything
read: echo get-sum get-tiny-image get-annotated-message get-resource-reference get-structured-content get-roots-list
credentials: get-env printEnv
execute: trigger-long-running-operation trigger-sampling-request
write: toggle-simulated-logging toggle-subscriber-updates add
# made up: two verbs, conjunctions, conventions
unknown: list_and_nuke read_then_burn get_or_provision view_and_sign
write: find_and_replace search_and_update getOrCreateUser get.or.create
destructive: readThenDelete DELETE_ALL_FILES list_and_remove
credentials: get_api_key listAccessKeys read_secret rotate_credentials get_password getEnvironmentVariables
execute: runShell HTTPExec
unknown: frobnicate foo x 42 _ tabs
`

const rows = table.split('\n').flatMap((line): [string, RiskClass[]][] => {
  const [classes, names] = line.split(': ')
  if (line.startsWith('#') || !classes || !names) return []
  const allowed = classes.split(' ').map((name) => {
    const known = riskClasses.find((one) => one === name)
    if (!known) throw new Error(`no class ${name}`)
    return known
  })
  return names.split(' ').map((name) => [name, allowed])
})

test('the table is a table', () => {
  expect(rows.length).toBeGreaterThan(200)
  expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length)
})

test.each(rows)('%s: %j', (name, allowed) => {
  const { class: found, evidence } = classifyTool(name)
  expect(allowed, evidence.join('; ')).toContain(found)
  expect(evidence.length).toBeGreaterThan(0)
})

test('a name that nearly says it reads, in letters that only look right, is unknown at best', () => {
  expect(classifyTool('get_d\u0435lete').class).toBe('unknown')
  expect(classifyTool('get\u200B_file').class).toBe('unknown')
  expect(classifyTool('delete_\u0444').class).toBe('destructive')
})

test('hostile names: empty, very long, named like something inherited', () => {
  expect(classifyTool('').class).toBe('unknown')
  expect(classifyTool(`get_${'x'.repeat(1_000_000)}`).class).toBe('unknown')
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    expect(['unknown', 'read']).toContain(classifyTool(name).class)
  }
  for (let index = 0; index < 5000; index++) classifyTool(`made_up_${index}`)
  expect(classifyTool('get_file').class).toBe('read')
})

test('evidence says why, and no caller can spoil it for the next', () => {
  const first = classifyTool('delete_file')
  expect(first).toEqual({ class: 'destructive', evidence: ['Its name says “delete” (destructive)'] })
  first.evidence.push('spoilt')
  expect(classifyTool('delete_file').evidence).toEqual(['Its name says “delete” (destructive)'])
})

describe('arguments raise, never lower', () => {
  test.each<[string, Parameters<typeof classifyTool>[1], RiskClass]>([
    ['read_file', { path: 'notes.txt' }, 'read'],
    ['read_file', { path: '/home/me/.ssh/id_rsa' }, 'credentials'],
    ['read_file', { path: '~/.ssh' }, 'credentials'],
    ['read_file', { path: 'C:\\Users\\me\\.aws\\credentials' }, 'credentials'],
    ['read_file', { path: '.env' }, 'credentials'],
    ['read_file', { path: 'app/.env.production' }, 'credentials'],
    ['read_file', { path: 'app/.env.example' }, 'read'],
    ['read_file', { path: 'src/environment.ts' }, 'read'],
    ['read_file', { path: 'x.environment' }, 'read'],
    ['read_file', { path: 'docs/ssh.md' }, 'read'],
    ['read_file', { path: 'vault.kdbx' }, 'credentials'],
    ['read_file', { path: '/proc/self/environ' }, 'credentials'],
    ['list_directory', { deep: { list: ['a', ['/etc/shadow']] } }, 'credentials'],
    ['start_process', { command: 'cat ~/.netrc' }, 'credentials'],
    ['write_file', { path: 'a', content: `${'x'.repeat(5000)} .env` }, 'write'],
    ['query', { sql: 'SELECT 1' }, 'execute'],
    ['read_query', { query: 'SELECT * FROM deleted_users' }, 'read'],
    ['read_query', { query: 'delete from users' }, 'destructive'],
    ['read_query', { query: 'WITH x AS (SELECT 1) DELETE/**/FROM users' }, 'destructive'],
    ['read_query', { query: 'select 1; drop table users' }, 'destructive'],
    ['read_query', { query: 'TRUNCATE users' }, 'destructive'],
    ['read_query', { query: 'insert into t values (1)' }, 'write'],
    ['read_query', { query: 'UPDATE t SET a = 1' }, 'write'],
    ['read_query', { sql: 'GRANT ALL ON x TO y' }, 'credentials'],
    ['read_query', { sql: "copy t to program 'sh'" }, 'execute'],
    ['search_issues', { query: 'delete button is broken after update' }, 'read'],
    ['search_issues', { title: 'drop table users' }, 'read'],
    ['query', { sql: 'delete from t' }, 'execute'],
    ['delete_rows', { sql: 'select 1' }, 'destructive'],
    ['get_page', { url: 'https://example.org' }, 'network'],
    ['get_help', { command: 'ls' }, 'execute'],
    ['aggregate', { pipeline: [{ $match: {} }, { $out: 'x' }] }, 'destructive'],
    ['find', { filter: { $where: 'x' } }, 'execute'],
    ['get_thing', { constructor: 'x', a: null, b: [1, true] }, 'read'],
  ])('%s %j: %s', (tool, args, riskClass) => {
    const found = classifyTool(tool, args)
    expect(found.class, found.evidence.join('; ')).toBe(riskClass)
  })

  test('evidence holds nothing of what a caller can make up', () => {
    const found = classifyTool('get_x', { '<b>evil</b>': '~/.ssh/<script>' })
    expect(found.evidence.join()).not.toMatch(/evil|script/)
  })
})

test.each([
  ['get_file-info.v2', ['get', 'file', 'info', 'v', '2']],
  ['getHTTPServer', ['get', 'http', 'server']],
  ['APIKey', ['api', 'key']],
  ['', []],
])('words of %s', (name, words) => expect(nameWords(name)).toEqual(words))
