// Draws the stacked columns on uPlot's canvas: a colour and a pattern for each group, and no count too small to be seen.
import type uPlot from 'uplot'
import { type Columns, type OutcomeGroup, outcomeGroups } from './outcome-groups.ts'

export type Palette = Readonly<Record<OutcomeGroup, { readonly ink: string; readonly ground: string }>>

/** Half of the distance between two lines or dots of a pattern, in CSS pixels. */
const half = 2
/** A count is at least so high, in CSS pixels: one refusal among a thousand calls is what people look for. */
const least = 2

function pattern(context: CanvasRenderingContext2D, group: OutcomeGroup, ink: string, ground: string) {
  const dot = Math.max(1, Math.round(window.devicePixelRatio))
  const size = half * 2 * dot
  const tile = document.createElement('canvas')
  tile.width = size
  tile.height = size
  const to = tile.getContext('2d')
  if (to === null) return ink
  to.fillStyle = ground
  to.fillRect(0, 0, size, size)
  to.fillStyle = ink
  to.strokeStyle = ink
  switch (group) {
    case 'allowed':
      to.fillRect(0, 0, size, size)
      break
    case 'held':
      to.fillRect(0, 0, size, size / 2)
      break
    case 'denied':
      to.lineWidth = dot * 1.4
      to.beginPath()
      for (const shift of [-size, 0, size]) {
        to.moveTo(shift - 1, size + 1)
        to.lineTo(shift + size + 1, -1)
      }
      to.stroke()
      break
    case 'failed':
      break
    case 'unanswered':
      to.fillRect(0, 0, dot * 2, dot * 2)
      break
  }
  return context.createPattern(tile, 'repeat') ?? ink
}

export function paintColumns(
  plot: uPlot,
  columns: Columns,
  starts: readonly number[],
  width: number,
  palette: Palette,
) {
  const { ctx } = plot
  const dot = window.devicePixelRatio
  const fills = outcomeGroups.map((group) => pattern(ctx, group, palette[group].ink, palette[group].ground))
  ctx.save()
  ctx.beginPath()
  ctx.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height)
  ctx.clip()
  starts.forEach((start, column) => {
    const left = Math.round(plot.valToPos(start, 'x', true))
    const right = Math.round(plot.valToPos(start + width, 'x', true))
    const gap = right - left > 3 * dot ? Math.ceil(dot) : 0
    let bottom = Math.round(plot.valToPos(0, 'y', true))
    let sum = 0
    outcomeGroups.forEach((group, index) => {
      const number = columns[group][column] ?? 0
      if (number === 0) return
      sum += number
      const top = Math.min(Math.round(plot.valToPos(sum, 'y', true)), bottom - Math.round(least * dot))
      ctx.fillStyle = fills[index] ?? ''
      ctx.fillRect(left, top, right - left - gap, bottom - top)
      if (group === 'failed') {
        ctx.strokeStyle = palette.failed.ink
        ctx.lineWidth = dot * 1.5
        const inset = ctx.lineWidth / 2
        ctx.strokeRect(left + inset, top + inset, right - left - gap - 2 * inset, bottom - top - 2 * inset)
      }
      bottom = top
    })
  })
  ctx.restore()
}
