// Per rule: how often it asked, and how often people said yes.
import { goTo } from '../../state/navigation.ts'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Meter, percent } from '../../ui/meter.tsx'
import { duration } from '../../ui/time.ts'
import { byPeople, sameAnswer } from './answer-words.ts'
import { cell, head, number, useFewRows } from './more-rows.tsx'
import type { Statistics } from './use-statistics.ts'

type Rule = Statistics['rules'][number]

function Name({ rule }: Pick<Rule, 'rule'>) {
  if (rule === undefined) return <>No rule: the default of a risk class</>
  const { id, file, line } = rule
  return (
    <button
      type="button"
      onClick={() => goTo('policies', { policy: line === undefined ? { file } : { file, line } })}
      className="text-left font-mono text-mono [overflow-wrap:anywhere] text-ink underline decoration-ink-line underline-offset-2 hover:decoration-ink"
    >
      <HostileText text={id} /> · {line === undefined ? file : `${file}:${line}`}
    </button>
  )
}

/** The answers in one line, for a narrow window. */
export function Answers({ asked, answered }: Pick<Rule, 'asked' | 'answered'>) {
  const { approved, refused, expired } = answered
  return (
    <p className="text-muted tabular wide:hidden">
      {asked.toLocaleString('en-US')} asked: {approved} yes, {refused} no, {expired} unanswered
    </p>
  )
}

function Row({ rule: { rule, asked, answered, medianAnswerMs } }: { rule: Rule }) {
  const people = byPeople(answered)
  const same = sameAnswer(answered)
  return (
    <tr>
      <td className={cell}>
        <Name rule={rule} />
        {same === undefined ? null : <p className="text-muted">{same}</p>}
        <Answers asked={asked} answered={answered} />
      </td>
      <td className={`${cell} ${number}`}>{asked.toLocaleString('en-US')}</td>
      <td className={`${cell} ${number}`}>{answered.approved}</td>
      <td className={`${cell} ${number}`}>{answered.refused}</td>
      <td className={`${cell} ${number}`}>{answered.expired}</td>
      <td className={`${cell} ${number} whitespace-nowrap`}>
        {medianAnswerMs === undefined ? '–' : duration(medianAnswerMs)}
      </td>
      <td className={cell}>
        {people === 0 ? (
          <span className="text-muted">no answer</span>
        ) : (
          <span className="flex h-5 items-center gap-2">
            <span className="min-w-0 flex-1">
              <Meter part={answered.approved} of={people} tone="allow" />
            </span>
            <span className="w-11 text-right font-mono text-mono tabular">{percent(answered.approved, people)}</span>
          </span>
        )}
      </td>
    </tr>
  )
}

export function RuleTable({ rules }: { rules: readonly Rule[] }) {
  const { shown, more } = useFewRows(rules)
  return (
    <>
      <table className="w-full table-fixed border-separate border-spacing-0">
        <thead>
          <tr>
            <th scope="col" className={`${head} text-left`}>
              Rule
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
            <th scope="col" className={`${head} w-22 text-right narrow:hidden`}>
              Median
            </th>
            <th scope="col" className={`${head} w-32 text-left narrow:w-26`}>
              Said yes
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((rule) => (
            <Row key={rule.rule === undefined ? '' : `${rule.rule.file}/${rule.rule.id}`} rule={rule} />
          ))}
        </tbody>
      </table>
      {more}
    </>
  )
}
