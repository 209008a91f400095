// A hostile script: tries one way out of a jail, as programs/hostile does, with what Node has at hand.
"use strict";

const fs = require("fs");
const net = require("net");
const dgram = require("dgram");
const child = require("child_process");

function stop(why) {
  const error = new Error(why);
  error.code = why;
  throw error;
}

function hear(stream) {
  return new Promise((resolve, reject) => {
    stream.setTimeout(700, () => reject(Object.assign(new Error("ETIMEDOUT"), { code: "ETIMEDOUT" })));
    stream.on("error", reject);
    stream.on("end", () => reject(Object.assign(new Error("closed"), { code: "closed" })));
    stream.on("data", (data) => {
      stream.destroy();
      if (data.toString() === "decoy") resolve("the decoy answered");
      else reject(Object.assign(new Error("other"), { code: "somebody else answered" }));
    });
  });
}

const ATTACKS = {
  read: (path, wanted) => {
    const content = fs.readFileSync(path, "latin1");
    if (content === "" || (wanted && !content.includes(wanted))) stop("it holds nothing of the kind");
    return "read";
  },
  write: (path) => fs.appendFileSync(path, "#"),
  list: (path, wanted) => fs.readdirSync(path).includes(wanted) || stop("it is not listed"),
  "symlink-read": (target, path) => {
    fs.symlinkSync(target, path);
    return ATTACKS.read(path);
  },
  rename: (from, to) => fs.renameSync(from, to),
  link: (from, to) => fs.linkSync(from, to),
  chmod: (path) => fs.chmodSync(path, 0o777),
  tcp: (host, port) => hear(net.connect({ host, port: Number(port) })),
  local: (path) => hear(net.connect(path)),
  udp: (host, port) =>
    new Promise((resolve, reject) => {
      const socket = dgram.createSocket("udp4");
      const late = setTimeout(() => reject(Object.assign(new Error("late"), { code: "ETIMEDOUT" })), 700);
      socket.on("error", reject);
      socket.on("message", () => {
        clearTimeout(late);
        socket.close();
        resolve("the decoy answered");
      });
      socket.connect(Number(port), host, (error) => (error ? reject(error) : socket.send("ask")));
    }),
  signal: (process_) => process.kill(Number(process_), "SIGURG"),
  variable: (name) => name in process.env || stop("it is not set"),
  spawn: (path) => {
    const started = child.spawnSync(path, { stdio: "ignore" });
    if (started.error) throw started.error;
    return "started";
  },
  fork: () => child.execSync("true", { stdio: "ignore" }) && "started",
};

async function main() {
  const [name, ...words] = process.argv.slice(2);
  try {
    const how = await ATTACKS[name](...words);
    console.log(`ESCAPED: ${how}`);
    return 0;
  } catch (error) {
    console.log(`stopped: ${error.code || error}`);
    return 1;
  }
}

main().then((code) => process.exit(code));
