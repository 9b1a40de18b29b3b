// The library behind `matches`: a bundle of its own, loaded (engines.ts) for a policy that uses it.
export { regex } from '../core/policy/regex-engine.ts'
