// Loaded into every Node process of a demo by NODE_OPTIONS: appends each host name that is looked up and each
// address that is connected to, one JSON line each, to the file NETWORK_LOG names.
const { appendFileSync } = require('node:fs');
const dns = require('node:dns');
const net = require('node:net');

// Model processes get no variable but those on their list, so the file's name travels in the path of this
// one.
const log = `${__filename}.log`;
const note = (what, value) =>
  appendFileSync(log, `${JSON.stringify({ what, value: String(value), pid: process.pid })}\n`);

for (const [owner, names] of [
  [dns, ['lookup', 'resolve', 'resolve4', 'resolve6']],
  [dns.promises, ['lookup', 'resolve', 'resolve4', 'resolve6']],
])
  for (const name of names) {
    const original = owner[name];
    owner[name] = function (host, ...rest) {
      note('lookup', host);
      return original.call(this, host, ...rest);
    };
  }

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  // Either (options), ([options, listener]) as net.connect passes them on, or (port, host).
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first !== 'object' || first === null)
    note('connect', typeof second === 'string' ? second : 'localhost');
  // A path is a pipe or a socket file on this machine.
  else if (first.port !== undefined || !first.path) note('connect', first.host ?? 'localhost');
  return connect.apply(this, args);
};
