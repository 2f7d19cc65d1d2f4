// Ends at once: what a host opens for its first child is open from here on.
process.exit()
