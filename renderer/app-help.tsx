// The list of keys, behind `?`.
import { screenEntries } from './app-screens.ts'
import { confirmKeys } from './state/keys.ts'
import { coverScreen } from './state/navigation.ts'
import { Layer } from './ui/layer.tsx'

const groups = [
  {
    title: 'On a held call',
    keys: [
      [confirmKeys, 'Approve once; or what the open form or dialog says'],
      ['e', 'Edit, then approve'],
      ['r', 'Approve and remember'],
      ['d', 'Refuse, with a reason for the model'],
      ['b', 'Refuse and block'],
      ['n', 'To the next thing to look at'],
      ['Esc', 'Later: the call stays in the list'],
      ['j  k', 'Next, previous call'],
    ],
  },
  {
    title: 'In Activity',
    keys: [
      ['/', 'Filter'],
      ['j  k', 'Next, previous call'],
      ['Enter', 'Everything about the call'],
      ['Home  End', 'Newest, oldest call'],
      ['Esc', 'Follow new calls again'],
    ],
  },
  {
    title: 'Everywhere',
    keys: [
      ['u', 'Undo what was just remembered, blocked or refused as a whole'],
      ...screenEntries.map(({ letter, name }) => [`g ${letter}`, name] as const),
      ['?', 'This list'],
    ],
  },
] as const

export function AppHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Layer open={open} onClose={onClose} title="Keys" shape="center" cover={coverScreen}>
      <div className="flex flex-col gap-5 px-4 py-4">
        {groups.map(({ title, keys }) => (
          <section key={title} aria-label={title}>
            <h3 className="label pb-1">{title}</h3>
            <dl>
              {keys.map(([key, action]) => (
                <div key={key} className="flex min-h-8 items-center justify-between gap-4 border-t border-line">
                  <dt>{action}</dt>
                  <dd className="shrink-0 font-mono text-mono text-muted">{key}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <p className="text-muted">
          Enter and Space alone never approve. Approve stays inert for a moment after a call appears or changes. Letters
          do nothing while you write.
        </p>
      </div>
    </Layer>
  )
}
