// Files that say what Countersign guards: our own, and those in which MCP clients keep which servers they start. A call that
// reaches for one of them may be about to take the guard away.

/**
 * Where clients keep their servers, as of late 2026: Claude Desktop (also as Store app), Claude Code, Cursor, VS Code,
 * Copilot CLI, Windsurf, Codex, Gemini CLI, Antigravity, Zed, Cline, Roo, Kiro, OpenCode, Kilo, Goose, LM Studio, Junie.
 */
const configFiles = new RegExp(
  String.raw`(?:^|[\\/])(?:${[
    String.raw`claude_desktop_config\.json`,
    String.raw`\.mcp\.json`,
    String.raw`\.claude\.json`,
    String.raw`\.claude[\\/]settings(?:\.local)?\.json`,
    String.raw`managed-mcp\.json`,
    String.raw`\.claude-plugin[\\/]plugin\.json`,
    String.raw`(?:\.cursor|\.vscode|\.lmstudio|\.cache[\\/]lm-studio|\.roo|\.github|\.junie[\\/]mcp|\.kiro[\\/]settings)[\\/]mcp\.json`,
    String.raw`\.kiro[\\/](?:powers|agents)[\\/][^\\/]+\.json`,
    String.raw`User[\\/](?:profiles[\\/][^\\/]+[\\/])?mcp\.json`,
    String.raw`[^\\/]+\.code-workspace`,
    String.raw`\.?devcontainer\.json`,
    String.raw`(?:\.copilot[\\/])?mcp-config\.json`,
    String.raw`mcp_config\.json`,
    String.raw`\.codex[\\/](?:[^\\/]+\.)?config\.toml`,
    String.raw`etc[\\/]codex[\\/][^\\/]+\.toml`,
    String.raw`OpenAI[\\/]Codex[\\/][^\\/]+\.toml`,
    String.raw`\.gemini[\\/]settings\.json`,
    String.raw`\.?zed[\\/]settings\.json`,
    String.raw`cline_mcp_settings\.json`,
    String.raw`mcp_settings\.json`,
    String.raw`(?:opencode|kilo)\.jsonc?`,
    String.raw`\.?goose[\\/](?:config[\\/])?config\.yaml`,
  ].join('|')})$`,
  'i',
)

/** Longer than any path. */
const longest = 3 * 4096

export const isClientConfig = (path: string): boolean => path.length <= longest && configFiles.test(path)
