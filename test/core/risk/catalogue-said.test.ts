// What people read on a card, tool by tool: the sentences of the catalogue as they come out.
import { expect, test } from 'vitest'
import { saysOf } from '../../../core/risk/catalogue-sentences.ts'
import { sentenceOf } from '../../../core/risk/sentence.ts'

const repo = { owner: 'acme', repo: 'api' }
const run = { method: 'rerun_failed_jobs', run_id: 81 }
const table = { baseId: 'appA', tableId: 'tblB' }
const docs = { connectionId: 'c1', database: 'shop', collection: 'orders' }
const mail = { to: ['ana@example.com'], subject: 'Hi', body: 'Hello', bcc: ['boss@example.com'] }
const pods = { resourceType: 'pods', namespace: 'prod' }
const page = { page_id: 'p1' }

test.each<[string, string, Record<string, unknown>, string]>([
  ['filesystem', 'read_text_file', { path: '/a.md', head: 20 }, 'Read the first <20> lines of </a.md>'],
  ['filesystem', 'read_multiple_files', { paths: ['/a', '/b'] }, 'Read 2 files: </a>, </b>'],
  ['filesystem', 'write_file', { path: '/a.md', content: '' }, 'Make </a.md> an empty file'],
  ['filesystem', 'edit_file', { path: '/a', edits: [{}], dryRun: true }, 'Preview 1 edit in </a>, without saving'],
  ['filesystem', 'move_file', { source: '/a', destination: '/b' }, 'Move </a> to </b>'],
  [
    'github',
    'delete_file',
    { ...repo, path: 'x.ts', branch: 'main' },
    'Delete the file <x.ts> from branch <main> of <acme>/<api>',
  ],
  [
    'github',
    'push_files',
    { ...repo, branch: 'main', files: [{}, {}] },
    'Push 2 files to branch <main> of <acme>/<api>',
  ],
  [
    'github',
    'merge_pull_request',
    { ...repo, pullNumber: 7, merge_method: 'squash' },
    'Merge pull request <7> in <acme>/<api> by <squash>',
  ],
  [
    'github',
    'issue_write',
    { ...repo, method: 'update', issue_number: 7, state: 'closed' },
    'Close issue <7> in <acme>/<api>',
  ],
  ['github', 'issue_write', { ...repo, method: 'create', title: 'Slow' }, 'Create issue <Slow> in <acme>/<api>'],
  ['github', 'actions_run_trigger', { ...repo, ...run }, 'Rerun the failed jobs of run <81> in <acme>/<api>'],
  ['github', 'create_gist', { filename: 'a.txt', content: 'x', public: true }, 'Create the public gist <a.txt>'],
  ['github', 'create_repository', { name: 'api', private: false }, 'Create the public repository <api>'],
  [
    'github-npm',
    'create_pull_request_review',
    { ...repo, pull_number: 7, event: 'APPROVE' },
    'Approve pull request <7> in <acme>/<api>',
  ],
  ['gitlab', 'delete_branch', { project_id: '9', branch_name: 'old' }, 'Delete branch <old> from project <9>'],
  [
    'gitlab',
    'protect_branch',
    { project_id: '9', branch_name: 'main', allow_force_push: true },
    'Protect branch <main> of project <9>, allowing forced pushes',
  ],
  [
    'gitlab',
    'update_issue',
    { project_id: '9', issue_iid: '4', state_event: 'close' },
    'Close issue <4> of project <9>',
  ],
  ['gmail', 'send_email', mail, 'Send an email to <ana@example.com>, blind copied to <boss@example.com>'],
  ['gmail', 'batch_delete_emails', { messageIds: ['1', '2', '3'] }, 'Delete 3 emails for good'],
  ['slack', 'slack_post_message', { channel_id: 'C1', text: 'Hi' }, 'Send a message to channel <C1>'],
  ['stripe', 'create_refund', { payment_intent: 'pi_1' }, 'Refund all of payment <pi_1>'],
  [
    'stripe',
    'create_refund',
    { payment_intent: 'pi_1', amount: 500 },
    'Refund <500> (in the smallest unit) of payment <pi_1>',
  ],
  [
    'kubernetes',
    'kubectl_delete',
    { ...pods, labelSelector: 'app=web', force: true },
    'Delete <pods> labelled <app=web> in namespace <prod>, by force',
  ],
  [
    'kubernetes',
    'kubectl_delete',
    { ...pods, name: 'web', allNamespaces: true },
    'Delete <pods> <web> in all namespaces',
  ],
  ['kubernetes', 'kubectl_apply', { manifest: 'kind: Pod', dryRun: true }, 'Apply a manifest, as a dry run'],
  [
    'kubernetes',
    'kubectl_apply',
    { manifest: 'kind: Pod', dryRun: false, context: 'eu' },
    'Apply a manifest, context <eu>',
  ],
  [
    'kubernetes',
    'node_management',
    { operation: 'drain', nodeName: 'n1', deleteLocalData: true },
    'Drain node <n1>, deleting local data',
  ],
  // The server looks at dryRun only when it drains.
  ['kubernetes', 'node_management', { operation: 'cordon', nodeName: 'n1', dryRun: true }, 'Cordon node <n1>'],
  ['mongodb', 'delete-many', { ...docs, filter: {} }, 'Delete all documents from <shop>.<orders>'],
  [
    'mongodb',
    'delete-many',
    { ...docs, filter: { id: 1 } },
    'Delete the documents that match a filter from <shop>.<orders>',
  ],
  ['mongodb', 'drop-database', docs, 'Drop database <shop> with all it holds'],
  ['notion', 'API-patch-page', { ...page, in_trash: true }, 'Move page <p1> to the trash'],
  ['notion', 'API-patch-page', { ...page, properties: {} }, 'Change page <p1>'],
  ['supabase', 'execute_sql', { project_id: 'ref', query: 'drop table a' }, 'Run SQL on the database of project <ref>'],
  [
    'supabase',
    'deploy_edge_function',
    { project_id: 'ref', name: 'pay', verify_jwt: false },
    'Deploy edge function <pay> to project <ref>, open to anyone',
  ],
  [
    'airtable',
    'delete_records',
    { ...table, recordIds: ['r1', 'r2'] },
    'Delete 2 records (<r1>, <r2>) from table <tblB> of base <appA>',
  ],
  [
    'azure',
    'keyvault',
    { intent: 'x', command: 'keyvault_secret_get' },
    'Run <keyvault_secret_get> of Azure Key Vault',
  ],
  ['azure', 'keyvault', { intent: 'x', learn: true }, 'Ask for the commands of Azure Key Vault'],
  ['desktop-commander', 'write_file', { path: '/a', content: 'x', mode: 'append' }, 'Append to the file </a>'],
  [
    'desktop-commander',
    'read_file',
    { path: 'https://example.com', isUrl: true },
    'Load the web address <https://example.com>',
  ],
  [
    'playwright',
    'browser_click',
    { target: 'e4', element: 'Pay', doubleClick: true },
    'Double-click element <e4>, described as <Pay>',
  ],
  ['playwright', 'browser_tabs', { action: 'close', index: 0 }, 'Close tab <0>'],
  [
    'google-calendar',
    'create-event',
    { calendarId: 'primary', summary: 'Lunch', start: '2026-12-01', attendees: [{}, {}] },
    'Create event <Lunch> on <2026-12-01> in calendar <primary>, with 2 guests',
  ],
  ['linear-npm', 'linear_delete_issue', { id: 'ENG-7' }, 'Delete issue <ENG-7>'],
  [
    'memory',
    'delete_entities',
    { entityNames: ['Ana', 'Ben'] },
    'Delete <Ana>, <Ben> and their relations from the knowledge graph',
  ],
  ['redis', 'delete', { key: ['a', 'b'] }, 'Delete <a>, <b> from Redis'],
  ['git', 'git_checkout', { repo_path: '/src', branch_name: 'old' }, 'Check out branch <old> in </src>'],
  ['sentry', 'update_issue', { issueId: 'WEB-1', status: 'resolvedInNextRelease' }, 'Resolve issue <WEB-1>'],
])('%s %s %j', (server, tool, args, expected) => {
  const sentence = sentenceOf(saysOf(server, tool) ?? '', args)
  expect(sentence?.map((part) => ('text' in part ? part.text : `<${part.value}>`)).join('')).toBe(expected)
})

test.each<[string, string, string, Record<string, unknown>]>([
  ['what must be there is not', 'github', 'delete_file', { owner: 'acme', path: 'x.ts' }],
  ['a method is one that we do not know', 'github', 'label_write', { ...repo, method: 'purge', name: 'bug' }],
  ['no method is there', 'github', 'label_write', { ...repo, name: 'bug' }],
  ['nothing says what is deleted', 'kubernetes', 'kubectl_delete', { namespace: 'prod' }],
  ['a name is no text', 'gitlab', 'delete_branch', { project_id: '9', branch_name: { a: 1 } }],
  ['the tool is not known', 'github', 'constructor', {}],
  ['the server is not known', 'nobody', 'delete_file', {}],
])('nothing is said where %s', (_, server, tool, args) => {
  expect(sentenceOf(saysOf(server, tool) ?? '', args)).toBeUndefined()
})
