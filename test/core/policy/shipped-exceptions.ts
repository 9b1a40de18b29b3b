// Where a posture changes what the file for a server decides alone: for each file its calls, in the order of its tests.
// Anything not listed here comes out as with the file alone.

export type Exceptions = Readonly<Record<string, readonly string[]>>

/** Stricter, by its rule: deleting asks even for keys of a cache, because the rule cannot know what is a cache. */
export const besideBalanced: Exceptions = {
  redis: ['delete: allow to hold, by confirm-what-cannot-be-undone'],
}

/** Stricter: unlisted reading asks by default, and rules stop what deletes, costs money, or is no call of a tool. */
export const besideStrict: Exceptions = {
  atlassian: ['getJiraIssue: allow to hold, by default', 'searchJiraIssuesUsingJql: allow to hold, by default'],
  'brave-search': ['brave_local_search: allow to hold, by default'],
  browsermcp: ['browser_snapshot: allow to hold, by default'],
  'chrome-devtools': ['take_screenshot: allow to hold, by default'],
  cloudflare: ['workers_list: allow to hold, by default'],
  context7: ['query-docs: allow to deny, by never-what-cannot-be-undone'],
  'desktop-commander': ['kill_process: hold to deny, by never-what-cannot-be-undone'],
  docker: [
    'list_containers: allow to hold, by default',
    'remove_container: hold to deny, by never-what-cannot-be-undone',
  ],
  filesystem: ['move_file: hold to deny, by never-what-cannot-be-undone'],
  firecrawl: ['firecrawl_search: allow to hold, by default'],
  gdrive: [
    'resources/read: allow to hold, by ask-before-resources',
    'sampling/createMessage: hold to deny, by never-sampling',
  ],
  git: ['git_reset: hold to deny, by never-what-cannot-be-undone'],
  github: [
    'issue_read: allow to hold, by default',
    'get_file_contents: allow to hold, by default',
    'merge_pull_request: hold to deny, by never-what-cannot-be-undone',
  ],
  gitlab: [
    'get_file_contents: allow to hold, by default',
    'merge_merge_request: hold to deny, by never-what-cannot-be-undone',
  ],
  gmail: [
    'search_emails: allow to hold, by default',
    'search_emails: allow to hold, by default',
    'read_email: allow to hold, by default',
    'batch_delete_emails: hold to deny, by never-what-cannot-be-undone',
  ],
  'google-calendar': [
    'list-events: allow to hold, by default',
    'delete-event: hold to deny, by never-what-cannot-be-undone',
  ],
  kubernetes: [
    'kubectl_get: allow to hold, by default',
    'kubectl_logs: allow to hold, by default',
    'kubectl_delete: hold to deny, by never-what-cannot-be-undone',
    'node_management: hold to deny, by never-what-cannot-be-undone',
  ],
  linear: [
    'list_issues: allow to hold, by default',
    'linear_get_issue: allow to hold, by default',
    'linear_delete_issue: hold to deny, by never-what-cannot-be-undone',
  ],
  memory: [
    'delete_observations: hold to deny, by never-what-cannot-be-undone',
    'delete_entities: hold to deny, by never-what-cannot-be-undone',
  ],
  mongodb: [
    'find: allow to hold, by default',
    'aggregate: allow to hold, by default',
    'aggregate: hold to deny, by never-what-cannot-be-undone',
    'delete-many: hold to deny, by never-what-cannot-be-undone',
  ],
  notion: [
    'API-post-search: allow to hold, by default',
    'API-retrieve-a-page: allow to hold, by default',
    'API-patch-page: hold to deny, by never-what-cannot-be-undone',
    'API-patch-page: hold to deny, by never-what-cannot-be-undone',
    'API-delete-a-block: hold to deny, by never-what-cannot-be-undone',
    'API-patch-page: hold to deny, by never-what-cannot-be-undone',
  ],
  redis: [
    'get: allow to hold, by default',
    'delete: allow to deny, by never-what-cannot-be-undone',
    'list: allow to hold, by default',
    'delete: hold to deny, by never-what-cannot-be-undone',
  ],
  sentry: ['search_issues: allow to hold, by default', 'find_organizations: allow to hold, by default'],
  slack: ['slack_list_channels: allow to hold, by default', 'slack_get_channel_history: allow to hold, by default'],
  sqlite: [
    'list_tables: allow to hold, by default',
    'write_query: hold to deny, by never-what-cannot-be-undone',
    'write_query: hold to deny, by never-what-cannot-be-undone',
  ],
  stripe: [
    'list_invoices: allow to hold, by default',
    'retrieve_balance: allow to hold, by default',
    'create_refund: hold to deny, by never-money',
    'finalize_invoice: hold to deny, by never-money',
    'cancel_subscription: hold to deny, by never-money',
  ],
  supabase: [
    'list_tables: allow to hold, by default',
    'create_project: hold to deny, by never-money',
    'merge_branch: hold to deny, by never-what-cannot-be-undone',
  ],
}

/** Milder, by its default only: what the file leaves to the default passes and is recorded. */
export const besideObserve: Exceptions = {
  atlassian: ['addCommentToJiraIssue: hold to allow, by default', 'addCommentToJiraIssue: hold to allow, by default'],
  aws: [
    'call_aws: hold to allow, by default',
    'call_aws: hold to allow, by default',
    'call_aws: hold to allow, by default',
  ],
  browsermcp: ['browser_navigate: hold to allow, by default'],
  'chrome-devtools': ['new_page: hold to allow, by default'],
  'desktop-commander': [
    'start_process: hold to allow, by default',
    'start_process: hold to allow, by default',
    'start_process: hold to allow, by default',
    'start_process: hold to allow, by default',
  ],
  docker: [
    'run_container: hold to allow, by default',
    'run_container: hold to allow, by default',
    'run_container: hold to allow, by default',
  ],
  exa: ['web_fetch_exa: hold to allow, by default'],
  fetch: ['fetch: hold to allow, by default', 'fetch: hold to allow, by default'],
  figma: ['download_figma_images: hold to allow, by default'],
  filesystem: [
    'write_file: hold to allow, by default',
    'write_file: hold to allow, by default',
    'write_file: hold to allow, by default',
  ],
  firecrawl: ['firecrawl_scrape: hold to allow, by default'],
  git: ['git_commit: hold to allow, by default'],
  github: [
    'add_issue_comment: hold to allow, by default',
    'add_issue_comment: hold to allow, by default',
    'add_issue_comment: hold to allow, by default',
  ],
  gitlab: ['create_issue: hold to allow, by default', 'create_repository: hold to allow, by default'],
  kubernetes: [
    'exec_in_pod: hold to allow, by default',
    'exec_in_pod: hold to allow, by default',
    'kubectl_apply: hold to allow, by default',
  ],
  linear: ['save_comment: hold to allow, by default'],
  mysql: ['mysql_query: hold to allow, by default'],
  playwright: [
    'browser_navigate: hold to allow, by default',
    'browser_navigate: hold to allow, by default',
    'browser_navigate: hold to allow, by default',
    'browser_file_upload: hold to allow, by default',
  ],
  postgres: [
    'query: hold to allow, by default',
    'query: hold to allow, by default',
    'query: hold to allow, by default',
  ],
  puppeteer: ['puppeteer_navigate: hold to allow, by default'],
  redis: ['set: hold to allow, by default', 'set: hold to allow, by default'],
  sentry: ['search_events: hold to allow, by default'],
  sqlite: ['create_table: hold to allow, by default'],
  supabase: ['execute_sql: hold to allow, by default'],
  tavily: ['tavily_map: hold to allow, by default'],
}
