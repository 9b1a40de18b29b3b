// What the real renderer does with its bridge, and no more: one snapshot, then every event as a line.
const heading = document.querySelector('h1')
const list = document.querySelector('ol')

window.countersign.subscribe(({ event }) => {
  const item = document.createElement('li')
  const screen = event.screen === 'approvals' ? undefined : event.screen
  item.textContent = [event.type, screen, event.id ?? event.card?.id].filter(Boolean).join(' ')
  list.append(item)
})
const reply = await window.countersign.request('snapshot', {})
heading.textContent = `${reply.value.approvals.length} waiting`
