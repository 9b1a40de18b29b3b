// Which tools ask most, and which ask more often than anybody reads.
import { BellRing } from 'lucide-react'
import { HostileText } from '../../ui/hostile-text.tsx'
import { asksOften, type Tool } from './answer-words.ts'
import { cell, head, number, useFewRows } from './more-rows.tsx'
import { Answers } from './rule-table.tsx'

function Row({ tool }: { tool: Tool }) {
  const { client, server, tool: name, asked, answered, mostAnHour } = tool
  const often = asksOften(tool)
  return (
    <tr>
      <td className={`${cell} [overflow-wrap:anywhere]`}>
        <span className="font-medium">
          <HostileText text={name.slice(0, 120)} />
        </span>{' '}
        <span className="text-muted">
          <HostileText text={client.slice(0, 60)} /> → <HostileText text={server.slice(0, 60)} />
        </span>
        {often ? (
          <p className="flex items-start gap-1.5 py-0.5 text-hold">
            <BellRing size={14} strokeWidth={1.75} aria-hidden="true" className="mt-0.5 shrink-0" />
            More than 10 times an hour: nobody reads that many. A narrower rule would spare you most of them.
          </p>
        ) : null}
        <Answers asked={asked} answered={answered} />
      </td>
      <td className={`${cell} ${number}`}>{asked.toLocaleString('en-US')}</td>
      <td className={`${cell} ${number}`}>{answered.approved}</td>
      <td className={`${cell} ${number}`}>{answered.refused}</td>
      <td className={`${cell} ${number}`}>{answered.expired}</td>
      <td className={`${cell} text-right font-mono tabular ${often ? 'font-medium text-hold' : ''}`}>{mostAnHour}</td>
    </tr>
  )
}

export function ToolTable({ tools }: { tools: readonly Tool[] }) {
  const { shown, more } = useFewRows(tools)
  return (
    <>
      <table className="w-full table-fixed border-separate border-spacing-0">
        <thead>
          <tr>
            <th scope="col" className={`${head} text-left`}>
              Tool
            </th>
            <th scope="col" className={`${head} w-16 text-right narrow:hidden`}>
              Asked
            </th>
            <th scope="col" className={`${head} w-14 text-right narrow:hidden`}>
              Yes
            </th>
            <th scope="col" className={`${head} w-14 text-right narrow:hidden`}>
              No
            </th>
            <th scope="col" className={`${head} w-24 text-right narrow:hidden`}>
              Unanswered
            </th>
            <th scope="col" className={`${head} w-28 text-right`}>
              Most an hour
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((tool) => (
            <Row key={`${tool.client}\n${tool.server}\n${tool.tool}`} tool={tool} />
          ))}
        </tbody>
      </table>
      {more}
    </>
  )
}
