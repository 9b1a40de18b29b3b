// What was answered with "always" is no permission but a rule: how many such rules there are.
import { useEffect, useState } from 'react'
import { request, useSession } from '../../state/session.ts'

/** Where the broker writes them (broker/remember-rule.ts). */
export const rememberedFile = 'remembered.yaml'

/** Nothing while it is not known, and where there is no such file. */
export function useRememberedRules(): number | undefined {
  const changes = useSession(({ model }) => model?.policyChanges)
  const [rules, setRules] = useState<number>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: each publication asks anew
  useEffect(() => {
    let wanted = true
    request('policies.list', {}).then(
      ({ files }) => {
        if (wanted) setRules(files.find(({ file }) => file === rememberedFile)?.rules.length)
      },
      // The banner says that the broker is out of reach; what was known stays.
      () => {},
    )
    return () => {
      wanted = false
    }
  }, [changes])
  return rules
}
