// One of a few words, all of them in sight.
import { useId } from 'react'

export function Choice<T extends string | number>({
  label,
  value,
  options,
  onChange,
}: {
  label: string
  value: T
  options: readonly { readonly value: T; readonly word: string }[]
  onChange: (value: T) => void
}) {
  const name = useId()
  return (
    <fieldset className="flex rounded-[5px] border border-line-strong p-0.5">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className={`flex h-7 cursor-pointer items-center rounded-[3px] px-3 whitespace-nowrap has-focus-visible:outline-2 has-focus-visible:outline-ink ${value === option.value ? 'bg-ink-tint font-medium text-ink' : 'text-muted hover:text-text'}`}
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={value === option.value}
            onChange={() => onChange(option.value)}
            className="sr-only"
          />
          {option.word}
        </label>
      ))}
    </fieldset>
  )
}
