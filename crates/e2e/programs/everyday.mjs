// Ordinary things that Node programs do, one function each.
//
// everyday.mjs DIR [NAME]...   runs the operations, each with a new folder of its own below DIR, and prints a line for each:
//                              `ok NAME` or `FAILED NAME: ERROR`. Names choose some of them.
//
// Nothing here is forbidden anywhere: outside of a jail all of it must succeed.

import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import child_process from 'node:child_process';
import crypto from 'node:crypto';
import dgram from 'node:dgram';
import dns from 'node:dns/promises';
import { EventEmitter, once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import readline from 'node:readline';
import stream from 'node:stream/promises';
import { Transform } from 'node:stream';
import timers from 'node:timers/promises';
import tls from 'node:tls';
import { pathToFileURL } from 'node:url';
import util from 'node:util';
import v8 from 'node:v8';
import vm from 'node:vm';
import { Worker } from 'node:worker_threads';
import zlib from 'node:zlib';

const ended = (child) => once(child, 'close').then(([code]) => code);

const operations = {
  // Files.
  async read_and_write(at) {
    fs.writeFileSync(at('a'), 'héllo');
    fs.appendFileSync(at('a'), '!');
    assert.equal(fs.readFileSync(at('a'), 'utf8'), 'héllo!');
  },
  async read_and_write_promised(at) {
    await fs.promises.writeFile(at('a'), 'hello');
    const file = await fs.promises.open(at('a'), 'r+');
    await file.write('J', 0);
    await file.sync();
    await file.truncate(4);
    await file.close();
    assert.equal(await fs.promises.readFile(at('a'), 'utf8'), 'Jell');
  },
  async folders(at) {
    fs.mkdirSync(at('one/two/three'), { recursive: true });
    fs.rmdirSync(at('one/two/three'));
    await fs.promises.rm(at('one'), { recursive: true, force: true });
    assert.deepEqual(fs.readdirSync(at('.')), []);
    assert.ok(fs.mkdtempSync(at('made-')).startsWith(at('made-')));
  },
  async rename_and_unlink(at) {
    fs.writeFileSync(at('a'), '1');
    fs.renameSync(at('a'), at('b'));
    await fs.promises.rename(at('b'), at('c'));
    fs.unlinkSync(at('c'));
    assert.ok(!fs.existsSync(at('c')));
  },
  async links(at) {
    fs.writeFileSync(at('a'), '1');
    fs.linkSync(at('a'), at('hard'));
    fs.symlinkSync('a', at('soft'));
    assert.equal(fs.readlinkSync(at('soft')), 'a');
    assert.equal(await fs.promises.realpath(at('soft')), fs.realpathSync.native(at('a')));
  },
  async modes_and_times(at) {
    fs.writeFileSync(at('a'), '1');
    fs.chmodSync(at('a'), 0o640);
    fs.utimesSync(at('a'), 1000, 2000);
    fs.chownSync(at('a'), process.getuid(), process.getgid());
    const found = fs.statSync(at('a'), { bigint: true });
    assert.equal(found.mtimeMs, 2000000n);
    assert.equal(Number(found.mode & 0o777n), 0o640);
    fs.accessSync(at('a'), fs.constants.R_OK | fs.constants.W_OK);
  },
  async copy(at) {
    fs.writeFileSync(at('a'), 'x'.repeat(100000));
    fs.copyFileSync(at('a'), at('b'), fs.constants.COPYFILE_FICLONE);
    fs.mkdirSync(at('folder'));
    await fs.promises.cp(at('b'), at('folder/b'));
    fs.cpSync(at('folder'), at('other'), { recursive: true });
    assert.equal(fs.statSync(at('other/b')).size, 100000);
  },
  async walk(at) {
    fs.mkdirSync(at('x'));
    fs.writeFileSync(at('x/y'), '');
    const entries = await fs.promises.readdir(at('.'), { withFileTypes: true, recursive: true });
    assert.deepEqual(entries.map((entry) => entry.name).sort(), ['x', 'y']);
    for await (const entry of await fs.promises.opendir(at('x'))) assert.ok(entry.isFile());
  },
  async streams_of_files(at) {
    fs.writeFileSync(at('a'), 'one\ntwo\nthree\n');
    const upper = new Transform({ transform: (piece, _encoding, done) => done(null, piece.toString().toUpperCase()) });
    await stream.pipeline(fs.createReadStream(at('a')), upper, zlib.createGzip(), fs.createWriteStream(at('b')));
    assert.equal(zlib.gunzipSync(fs.readFileSync(at('b'))).toString(), 'ONE\nTWO\nTHREE\n');
    let lines = 0;
    for await (const _line of readline.createInterface({ input: fs.createReadStream(at('a')) })) lines += 1;
    assert.equal(lines, 3);
  },
  async watch_a_folder(at) {
    const watcher = fs.watch(at('.'));
    const change = once(watcher, 'change');
    fs.writeFileSync(at('a'), '1');
    await change;
    watcher.close();
  },
  async watch_a_file(at) {
    fs.writeFileSync(at('a'), '1');
    const changed = new Promise((done) => fs.watchFile(at('a'), { interval: 10 }, done));
    // The first look at the file may come later than the first change.
    const writing = setInterval(() => fs.appendFileSync(at('a'), '2'), 5);
    await changed;
    clearInterval(writing);
    fs.unwatchFile(at('a'));
  },
  async temporary_folder() {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'everyday-'));
    fs.rmSync(folder, { recursive: true });
  },
  async home_folder() {
    const file = path.join(os.homedir(), '.everyday.json');
    fs.writeFileSync(file, '{}');
    fs.rmSync(file);
  },
  async space(at) {
    assert.ok((await fs.promises.statfs(at('.'))).bsize > 0);
  },
  async modules(at) {
    fs.writeFileSync(at('one.mjs'), 'export const value = 42;');
    fs.writeFileSync(at('two.cjs'), 'module.exports = require("node:path").sep;');
    assert.equal((await import(pathToFileURL(at('one.mjs')))).value, 42);
    assert.equal(createRequire(import.meta.url)(at('two.cjs')), '/');
    fs.mkdirSync(at('node_modules/inner'), { recursive: true });
    fs.writeFileSync(at('node_modules/inner/index.js'), 'module.exports = 7;');
    assert.equal(createRequire(at('main.js'))('inner'), 7);
  },

  // Data and time.
  async compression() {
    const data = Buffer.from('x'.repeat(10000));
    const brotli = await util.promisify(zlib.brotliCompress)(data);
    assert.deepEqual(zlib.brotliDecompressSync(brotli), data);
    assert.deepEqual(zlib.inflateSync(zlib.deflateSync(data)), data);
  },
  async encryption() {
    assert.ok(crypto.createHash('sha256').update('x').digest('hex').startsWith('2d711642'));
    assert.equal(crypto.randomBytes(16).length, 16);
    assert.match(crypto.randomUUID(), /^[0-9a-f-]{36}$/);
    const key = await util.promisify(crypto.scrypt)('secret', 'salt', 32, { N: 1024 });
    const cipher = crypto.createCipheriv('aes-256-gcm', key, Buffer.alloc(12));
    assert.equal(cipher.update('x').length, 1);
    const { privateKey, publicKey } = await util.promisify(crypto.generateKeyPair)('ed25519');
    assert.ok(crypto.verify(null, Buffer.from('x'), publicKey, crypto.sign(null, Buffer.from('x'), privateKey)));
    assert.equal((await crypto.webcrypto.subtle.digest('SHA-1', Buffer.from('x'))).byteLength, 20);
  },
  async secure_context() {
    assert.ok(tls.createSecureContext({}).context);
    assert.ok(tls.rootCertificates.length > 10);
  },
  async waiting() {
    await timers.setTimeout(2);
    await timers.setImmediate();
    let ticks = 0;
    for await (const _ of timers.setInterval(1)) if ((ticks += 1) === 3) break;
    assert.ok(performance.now() > 0 && process.hrtime.bigint() > 0n);
    await new Promise((done) => process.nextTick(done));
  },
  async events_and_contexts() {
    const storage = new AsyncLocalStorage();
    const emitter = new EventEmitter();
    storage.run(7, () => setImmediate(() => emitter.emit('here', storage.getStore())));
    assert.deepEqual(await once(emitter, 'here'), [7]);
  },
  async time_zones() {
    const text = new Date(1700000000000).toLocaleString('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'short' });
    assert.equal(text, '23:13');
    assert.equal(new Intl.NumberFormat('de').format(1234.5), '1.234,5');
  },
  async web_assembly() {
    const code = Buffer.from('0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b', 'hex');
    const { instance } = await WebAssembly.instantiate(code);
    assert.equal(instance.exports.add(40, 2), 42);
    assert.equal(new WebAssembly.Memory({ initial: 16, maximum: 1024 }).grow(16), 16);
  },
  async hot_code() {
    let sum = 0;
    for (let i = 0; i < 5_000_000; i += 1) sum = (sum + i * 3) | 0;
    assert.equal(vm.runInNewContext('a + 1', { a: 1 }), 2);
    assert.equal(typeof sum, 'number');
  },
  async much_memory() {
    const pieces = Array.from({ length: 64 }, () => Buffer.alloc(1 << 20, 1));
    assert.equal(pieces.length, 64);
    assert.equal(new SharedArrayBuffer(1 << 20).byteLength, 1 << 20);
  },

  // Who and what it is.
  async machine() {
    assert.ok(os.cpus().length >= 1 && os.availableParallelism() >= 1);
    assert.ok(os.totalmem() > 0 && os.freemem() > 0 && os.uptime() > 0 && os.loadavg().length === 3);
    assert.ok(os.hostname() && os.release() && os.version() && os.machine() && os.type() === 'Linux');
    assert.ok(os.getPriority() >= -20);
  },
  async own_process() {
    const memory = process.memoryUsage();
    assert.ok(memory.rss > 0 && memory.heapUsed > 0 && process.memoryUsage.rss() > 0);
    assert.ok(process.cpuUsage().user >= 0 && process.resourceUsage().maxRSS > 0 && process.pid > 0 && process.cwd());
    assert.ok(v8.getHeapStatistics().heap_size_limit > 0 && process.constrainedMemory() >= 0);
    process.umask(process.umask());
    process.title = 'everyday';
  },
  async own_report() {
    assert.ok(process.report.getReport().header.nodejsVersion);
  },
  async user() {
    assert.ok(os.userInfo().homedir.startsWith('/'));
  },
  async interfaces() {
    assert.equal(typeof os.networkInterfaces(), 'object');
  },
  async interfaces_are_seen() {
    assert.equal(os.networkInterfaces().lo?.[0].address, '127.0.0.1');
  },
  async signals() {
    const came = once(process, 'SIGUSR2');
    process.kill(process.pid, 'SIGUSR2');
    await came;
    assert.ok(process.kill(process.pid, 0));
  },

  // Threads.
  async worker_threads(at) {
    fs.writeFileSync(at('worker.cjs'), 'const w = require("node:worker_threads"); w.parentPort.postMessage(w.workerData * 2);');
    const workers = [1, 2, 3, 4].map((number) => new Worker(at('worker.cjs'), { workerData: number }));
    const answers = await Promise.all(workers.map((worker) => once(worker, 'message')));
    assert.deepEqual(answers.flat(), [2, 4, 6, 8]);
    await Promise.all(workers.map((worker) => worker.terminate()));
  },
  async memory_between_threads(at) {
    fs.writeFileSync(at('worker.cjs'), 'const a = require("node:worker_threads").workerData; Atomics.store(a, 0, 7); Atomics.notify(a, 0);');
    const shared = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(at('worker.cjs'), { workerData: shared });
    await once(worker, 'exit');
    assert.equal(Atomics.load(shared, 0), 7);
  },
  async pool_of_threads(at) {
    fs.writeFileSync(at('a'), 'x');
    const all = Array.from({ length: 64 }, () => fs.promises.readFile(at('a'), 'utf8'));
    assert.equal((await Promise.all(all)).join(''), 'x'.repeat(64));
  },

  // Sockets of its own.
  async tcp_on_own_loopback() {
    const server = net.createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = net.connect(server.address().port, '127.0.0.1');
    assert.equal((await once(client, 'data')).toString(), 'hello');
    server.close();
  },
  async udp_on_own_loopback() {
    const server = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    await once(server, 'listening');
    const client = dgram.createSocket('udp4');
    client.send('hello', server.address().port, '127.0.0.1');
    assert.equal((await once(server, 'message'))[0].toString(), 'hello');
    server.close(), client.close();
  },
  async http_on_own_loopback() {
    const server = http.createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const answer = await fetch(`http://127.0.0.1:${server.address().port}/`);
    assert.equal(await answer.text(), 'hello');
    server.closeAllConnections(), server.close();
  },
  async names_of_this_machine() {
    const { address } = await dns.lookup('localhost');
    assert.ok(['127.0.0.1', '::1'].includes(address));
  },

  // Processes.
  async programs() {
    const child = child_process.spawn('sh', ['-c', 'cat; exit 3'], { stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (piece) => { text += piece; });
    child.stdin.end('hello');
    assert.equal(await ended(child), 3);
    assert.equal(text, 'hello');
  },
  async programs_in_one_go() {
    assert.equal(child_process.execSync('echo a | tr a b').toString(), 'b\n');
    assert.equal(child_process.execFileSync('sh', ['-c', 'echo c']).toString(), 'c\n');
    const { stdout } = await util.promisify(child_process.exec)('echo d');
    assert.equal(stdout, 'd\n');
  },
  async program_ended() {
    const child = child_process.spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    const close = once(child, 'close');
    process.kill(-child.pid, 'SIGTERM');
    assert.deepEqual(await close, [null, 'SIGTERM']);
    assert.equal(child_process.spawnSync('sleep', ['60'], { timeout: 30 }).signal, 'SIGTERM');
  },
  async itself_with_messages(at) {
    fs.writeFileSync(at('child.cjs'), 'process.on("message", (m) => { process.send(m * 2); process.disconnect(); });');
    const child = child_process.fork(at('child.cjs'));
    child.send(21);
    assert.equal((await once(child, 'message'))[0], 42);
    assert.equal(await ended(child), 0);
  },
  async itself_once_more() {
    const done = child_process.spawnSync(process.execPath, ['-e', 'console.log(process.memoryUsage.rss() > 0, require("os").cpus().length > 0)']);
    assert.equal(done.stdout.toString(), 'true true\n', done.stderr.toString());
  },
};

// An operation that has failed may leave others of its promises behind.
process.on('unhandledRejection', () => {});
const [base, ...names] = process.argv.slice(2);
for (const [name, run] of Object.entries(operations)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const folder = path.join(base, name);
  // A timer that keeps the program waiting: what an operation waits for need not.
  const over = new AbortController();
  const patience = timers.setTimeout(20000, undefined, { signal: over.signal }).then(() => assert.fail('it takes too long'));
  try {
    fs.mkdirSync(folder);
    await Promise.race([run((file) => path.join(folder, file)), patience]);
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`FAILED ${name}: ${String(error?.message ?? error).replaceAll('\n', ' ')}`);
  }
  patience.catch(() => {});
  over.abort();
}
process.exit(0);
