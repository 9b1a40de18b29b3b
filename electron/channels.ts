// The two IPC channel names, written once so that preload and main cannot disagree about them.
export const requestChannel = 'countersign:request'
export const eventChannel = 'countersign:event'
