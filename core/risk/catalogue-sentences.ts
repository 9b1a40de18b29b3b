// What each catalogued tool does, as a person would say it. Apart from catalogue.ts, so that a proxy, which decides and
// says nothing, does not load it.
import packed from './catalogue-sentences.json' with { type: 'json' }

const sentences: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map(Object.entries(packed))

/** The template of this tool (core/risk/sentence-template.ts says how it is written), for the server of this id. */
export function saysOf(serverId: string, tool: string): string | undefined {
  const tools = sentences.get(serverId)
  // Tools are looked up by names that strangers make up.
  return tools && Object.hasOwn(tools, tool) ? tools[tool] : undefined
}
