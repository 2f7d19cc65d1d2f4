// child_process IPC: sends back what comes, until the other side is gone.

process.on('message', (message) => process.send?.(message))
process.on('disconnect', () => process.exit(0))
