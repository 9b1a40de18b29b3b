// The list of keys, behind `?`.
import { confirmKeys } from './state/keys.ts'
import { coverScreen } from './state/navigation.ts'
import { Layer } from './ui/layer.tsx'

const groups = [
  {
    title: 'On a held call',
    keys: [
      [confirmKeys, 'Approve once'],
      ['d', 'Refuse, with a reason for the model'],
      ['Esc', 'Later: the call stays in the list'],
      ['j  k', 'Next, previous call'],
    ],
  },
  {
    title: 'Everywhere',
    keys: [
      ['g a', 'Approvals'],
      ['g l', 'Activity'],
      ['g p', 'Policies'],
      ['g s', 'Settings'],
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
                <div key={key} className="flex h-8 items-center justify-between border-t border-line">
                  <dt>{action}</dt>
                  <dd className="font-mono text-mono text-muted">{key}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <p className="text-muted">
          Enter and Space alone never approve. Approve stays inert for a moment after a call appears or changes.
        </p>
      </div>
    </Layer>
  )
}
