// What is not run where, and why. docs/runtimes.md tells users of what concerns them.

/**
 * @typedef {object} Exception
 * @property {string} [file] a spec file, without its ending; all without
 * @property {RegExp} [title] tests that are not run
 * @property {RegExp} [error] tests that are run, and do not count as failed if they end with such an error
 * @property {string} why
 */

/**
 * Files that are about this project and its development, wherever they run.
 *
 * @type {readonly string[]}
 */
export const notOfRuntimes = [
  'benchmark',
  'binaries',
  'documentation-examples',
  'documentation-types',
  'skipping',
  'package',
  'packages',
  'types',
]

/** @type {Record<string, readonly Exception[]>} */
export const cannot = {
  'node 20': [],
  'node 22': [],
  'node 24': [],
  'node 26': [],
  bun: [
    { file: 'documentation', why: 'the blocks of the documentation are for Node' },
    {
      file: 'channel-endings',
      title: /readiness: loop$/,
      why: 'its event loop is not libuv',
    },
    {
      error: /^[+-] +'\d+ (?:socket|pipe|anon_inode):/m,
      why: 'opens and closes descriptors of its own while a test lists all that are open',
    },
    {
      file: 'descriptor-floods',
      error: /^\d+ !== \d+$/m,
      why: 'opens and closes descriptors of its own while a test counts all that are open',
    },
    {
      file: 'descriptor-truncation',
      error: /^\d+ !== \d+$/m,
      why: 'opens and closes descriptors of its own while a test counts all that are open',
    },
    { file: 'exit', error: /'error: planned/, why: 'tells of uncaught errors in words of its own' },
    { file: 'fairness', error: /uvMetricsInfo/, why: 'does not count the turns of its event loop' },
    { file: 'fake-clock', why: 'its streams and its test runner have clocks of their own' },
    {
      file: 'faults',
      title: /pthread_create:EAGAIN:@1$/,
      why: 'the first thread that a program starts is one of its own',
    },
    {
      file: 'descriptor-kinds',
      title: /^a (?:listening )?TCP /,
      why: 'node:net listens on no descriptor that it has not opened, and waits for ever',
    },
    {
      file: 'foreign',
      title: /can be given to net\.Socket$/,
      why: 'node:net reads from no descriptor that it has not opened, and waits for ever',
    },
    {
      file: 'waits',
      title: /net\.Socket/,
      why: 'node:net reads from no descriptor that it has not opened, and waits for ever',
    },
    { file: 'fork', why: "the test's child does not come to its end; why is not known" },
    {
      file: 'inheritance',
      title: /^F19 an end .* without close-on-exec is present/,
      why: 'gives children what is in stdio and nothing else, whatever close-on-exec says',
    },
    {
      file: 'channel-errors',
      title: /^sends after close are EBADF$/,
      why: 'a node:net socket that was destroyed says that it has ended',
    },
    {
      file: 'channel-giving-up',
      title: /over duplex$/,
      why: 'node:net takes more before it says that it is full',
    },
    {
      file: 'channel-properties',
      title: /v8 over dgram$/,
      why: 'v8.serialize() takes all the memory behind a view, which is more than a datagram holds',
    },
  ],
  deno: [
    { file: 'fake-clock', why: 'its streams and its test runner have clocks of their own' },
    { file: 'documentation', why: 'the blocks of the documentation are for Node' },
    {
      file: 'channel-endings',
      title: /readiness: loop$/,
      why: 'its event loop is not libuv',
    },
    {
      error: /ext:deno_node\/_fs|Bad file descriptor \(os error 9\)/,
      why: 'node:fs takes no descriptor that it has not opened: supported.foreignDescriptors',
    },
    {
      error: /^[+-] +'\d+ (?:socket|pipe|anon_inode|\/)/m,
      why: 'a test compares lists of all open descriptors, and an earlier one could not close its own',
    },
    {
      file: 'channel-giving-up',
      title: /over duplex$/,
      why: 'node:net takes more before it says that it is full',
    },
    {
      file: 'descriptor-floods',
      why: 'it counts the open descriptors of the process, and closes its own by node:fs',
    },
    {
      file: 'descriptor-kinds',
      title: /^a (?:listening )?TCP /,
      why: 'sockets of node:net have no descriptor',
    },
    {
      file: 'descriptors',
      title: /^everything that has a descriptor/,
      why: 'sockets of node:net have no descriptor',
    },
    { file: 'exit', error: /error: Uncaught/, why: 'tells of uncaught errors in words of its own' },
    {
      file: 'fairness',
      title: /^an operation that waits although/,
      why: 'runs no module that is given on the command line by -e',
    },
    {
      file: 'faults',
      why: 'its system calls are not those of the C library, which the test replaces',
    },
    {
      file: 'flags',
      title: /^K04 a foreign program sees .* as O_NONBLOCK/,
      why: 'takes O_NONBLOCK off what it gives to a child',
    },
    { file: 'fork', why: "the test's child does not come to its end; why is not known" },
    {
      file: 'exhausted',
      error: /Deno has panicked/,
      why: 'does not start with so few descriptors',
    },
    {
      file: 'child-leaks',
      title: /^(?:200? children|children of Node itself)/,
      why: 'the test counts sockets, and stdio of children are pipes here',
    },
  ],
}
