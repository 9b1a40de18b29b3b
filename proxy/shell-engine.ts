// The library behind `command`: a bundle of its own, loaded (engines.ts) for a policy that uses it. On Windows a line may
// as well go to cmd or PowerShell, so it must read the same to all of them.
import { shellPrograms as read } from '../core/policy/shell-programs.ts'

export const shellPrograms = (line: string) => read(line, process.platform === 'win32' ? 'any' : 'posix')
