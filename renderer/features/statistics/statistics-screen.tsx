// Figures: how the person answers, and how the log that all of it is read from stands.
import { useState } from 'react'
import { type Figures, goTo, useNavigation } from '../../state/navigation.ts'
import { Choice } from '../../ui/choice.tsx'
import { Scroller } from '../../ui/scroller.tsx'
import { AnswersPart } from './answers-part.tsx'
import { LogPart } from './log-part.tsx'

const parts = [
  { value: 'answers', word: 'Your answers' },
  { value: 'log', word: 'The log' },
] as const satisfies readonly { value: Figures; word: string }[]

const answerDays = [
  { value: 7, word: '7 days' },
  { value: 30, word: '30 days' },
  { value: 90, word: '90 days' },
] as const
const logDays = [
  { value: 1, word: '1 day' },
  { value: 7, word: '7 days' },
  { value: 30, word: '30 days' },
] as const

export function StatisticsScreen() {
  const part = useNavigation(({ figures }) => figures)
  const [ofAnswers, setOfAnswers] = useState<(typeof answerDays)[number]['value']>(30)
  const [ofLog, setOfLog] = useState<(typeof logDays)[number]['value']>(7)
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-1.5">
        <h1 className="text-title font-semibold">Statistics</h1>
        <Choice label="Figures" value={part} options={parts} onChange={(figures) => goTo('statistics', { figures })} />
        <span className="flex-1" />
        {part === 'answers' ? (
          <Choice label="Period" value={ofAnswers} options={answerDays} onChange={setOfAnswers} />
        ) : (
          <Choice label="Period" value={ofLog} options={logDays} onChange={setOfLog} />
        )}
      </header>
      <Scroller label="Figures" className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-208 flex-col gap-8 px-6 py-6 narrow:px-4">
          {part === 'answers' ? <AnswersPart days={ofAnswers} /> : <LogPart days={ofLog} />}
        </div>
      </Scroller>
    </div>
  )
}
