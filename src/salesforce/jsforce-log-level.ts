/** jsforce's debug log prints tokens and addresses to stdout (pitfalls.md §2), and reads this when it is loaded. */
delete process.env.JSFORCE_LOG_LEVEL
