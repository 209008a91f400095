// Drives the npm servers with the official TypeScript client, through the recorder.
//
//   node clients.mjs SCENARIO RECORDER_ARGS_AS_JSON
//
// It runs from the folder that holds the installed packages. A scenario must touch every tool,
// resource and prompt of its server, and some of their errors; it checks nothing, as what is
// wanted of it is what it says on the wire.

import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const [scenario, recorderJson] = process.argv.slice(2);
const recorder = JSON.parse(recorderJson);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const started = (server) => {
  const [command, ...args] = [...recorder, "--", ...server];
  return new StdioClientTransport({ command, args, stderr: "ignore" });
};

// An error answer is as good a message as any other: it is recorded, and the scenario goes on.
const attempt = async (what) => {
  try {
    return await what();
  } catch (error) {
    console.error(`  answered with: ${String(error.message).split("\n")[0].slice(0, 100)}`);
  }
};

const answerHostRequests = (client, withRoots = true) => {
  client.setRequestHandler("sampling/createMessage", async () => ({
    role: "assistant",
    model: "demo-model",
    stopReason: "endTurn",
    content: { type: "text", text: "A sampled answer: \u00e9t\u00e9, \u6f22\u5b57, \u{1f600}." },
  }));
  let asked = 0;
  client.setRequestHandler("elicitation/create", async ({ params }) => {
    asked += 1;
    if (asked === 2) return { action: "decline" };
    if (asked === 3) return { action: "cancel" };
    if (params.mode === "url") return { action: "accept" };
    const content = {};
    for (const [key, rule] of Object.entries(params.requestedSchema?.properties ?? {})) {
      if (rule.type === "boolean") content[key] = true;
      else if (rule.type === "integer") content[key] = rule.default ?? 42;
      else if (rule.type === "number") content[key] = rule.default ?? 3.5;
      else if (rule.type === "array") content[key] = (rule.items?.enum ?? rule.items?.anyOf?.map((v) => v.const) ?? []).slice(0, 1);
      else if (rule.enum) content[key] = rule.enum[0];
      else if (rule.oneOf) content[key] = rule.oneOf[0].const;
      else if (rule.format === "email") content[key] = "ada@example.org";
      else if (rule.format === "uri") content[key] = "https://example.org/ada";
      else if (rule.format === "date") content[key] = "2001-02-03";
      else if (rule.format === "date-time") content[key] = "2001-02-03T04:05:06Z";
      else content[key] = "Ada \u2014 \u5c0f\u6797";
    }
    return { action: "accept", content };
  });
  if (withRoots) {
    client.setRequestHandler("roots/list", async () => ({
      roots: [{ uri: "file:///tmp/demo", name: "Demo folder" }],
    }));
  }
};

const capabilities = {
  sampling: {},
  elicitation: { form: {}, url: {} },
  roots: { listChanged: true },
};

const open = async (server, { versionNegotiation, caps = capabilities, withRoots = true } = {}) => {
  const client = new Client(
    { name: "demo-host", title: "Demo Host", version: "1.0.0", websiteUrl: "https://example.org/" },
    { capabilities: caps, versionNegotiation },
  );
  if (caps.sampling) answerHostRequests(client, withRoots);
  await client.connect(started(server));
  return client;
};

const call = (client, name, args, options) =>
  attempt(() => client.callTool({ name, arguments: args }, options));

const everything = async (server) => {
  const client = await open(server);
  await pause(600);
  await client.ping();
  await client.setLoggingLevel("debug");
  await client.listTools();
  await client.listPrompts();
  await client.listResources();
  await client.listResourceTemplates();
  await call(client, "echo", { message: "plain" });
  await call(client, "echo", { message: "quotes \" and \\ and / and \u0001, \u00e9\u00df\u6f22\u5b57 \u{1f469}\u200d\u{1f680}, \u202eright to left\u202c\nnew\tline" });
  await call(client, "echo", { message: 7 });
  await call(client, "echo", {});
  await call(client, "no-such-tool", {});
  await call(client, "get-annotated-message", { messageType: "error", includeImage: false });
  await call(client, "get-annotated-message", { messageType: "success", includeImage: true });
  await call(client, "get-annotated-message", { messageType: "debug" });
  await call(client, "get-env", {});
  await call(client, "get-resource-links", { count: 4 });
  await call(client, "get-resource-reference", { resourceType: "Text", resourceId: 1 });
  await call(client, "get-resource-reference", { resourceType: "Blob", resourceId: 2 });
  for (const location of ["New York", "Chicago", "Los Angeles"])
    await call(client, "get-structured-content", { location });
  await call(client, "get-sum", { a: 0.1, b: 2e-7 });
  await call(client, "get-sum", { a: 9007199254740991, b: -1 });
  await call(client, "get-tiny-image", {});
  await call(client, "gzip-file-as-resource", { name: "note.txt.gz", data: "data:text/plain;base64,aGVsbG8=", outputType: "resourceLink" });
  await call(client, "gzip-file-as-resource", { name: "note.txt.gz", data: "data:text/plain,hello", outputType: "resource" });
  await call(client, "trigger-long-running-operation", { duration: 0.3, steps: 3 }, { onprogress: () => {} });
  await call(client, "trigger-sampling-request", { prompt: "Say hello.", maxTokens: 20 });
  for (let round = 0; round < 3; round += 1) await call(client, "trigger-elicitation-request", {});
  await call(client, "trigger-url-elicitation", { url: "https://example.org/consent", message: "Open the page, please." });
  await call(client, "get-roots-list", {});
  await attempt(() => client.sendRootsListChanged());
  await call(client, "toggle-simulated-logging", {});
  await pause(100);
  await call(client, "toggle-simulated-logging", {});
  await attempt(() => client.subscribeResource({ uri: "demo://resource/dynamic/text/1" }));
  await call(client, "toggle-subscriber-updates", {});
  await pause(200);
  await call(client, "toggle-subscriber-updates", {});
  await attempt(() => client.unsubscribeResource({ uri: "demo://resource/dynamic/text/1" }));
  await attempt(() => client.readResource({ uri: "demo://resource/dynamic/text/3" }));
  await attempt(() => client.readResource({ uri: "demo://resource/dynamic/blob/4" }));
  await attempt(() => client.readResource({ uri: "demo://nowhere" }));
  await attempt(() => client.getPrompt({ name: "simple-prompt" }));
  await attempt(() => client.getPrompt({ name: "args-prompt", arguments: { city: "Z\u00fcrich", state: "ZH" } }));
  await attempt(() => client.getPrompt({ name: "args-prompt", arguments: {} }));
  await attempt(() => client.getPrompt({ name: "completable-prompt", arguments: { department: "Engineering", name: "Alice" } }));
  await attempt(() => client.getPrompt({ name: "resource-prompt", arguments: { resourceType: "Text", resourceId: "1" } }));
  await attempt(() => client.getPrompt({ name: "no-such-prompt" }));
  await attempt(() => client.complete({ ref: { type: "ref/prompt", name: "completable-prompt" }, argument: { name: "department", value: "E" } }));
  await attempt(() => client.complete({ ref: { type: "ref/prompt", name: "completable-prompt" }, argument: { name: "name", value: "A" }, context: { arguments: { department: "Engineering" } } }));
  await attempt(() => client.complete({ ref: { type: "ref/resource", uri: "demo://resource/dynamic/text/{resourceId}" }, argument: { name: "resourceId", value: "1" } }));
  const stop = new AbortController();
  const long = attempt(() => client.callTool({ name: "trigger-long-running-operation", arguments: { duration: 5, steps: 50 } }, { signal: stop.signal }));
  await pause(100);
  stop.abort("the user pressed stop");
  await long;
  await call(client, "simulate-research-query", { topic: "bees" });
  await client.close();
};

const probed = async (server) => {
  const client = await open(server, { versionNegotiation: { mode: "auto" } });
  await client.listTools();
  await call(client, "echo", { message: "after a failed probe" });
  await client.close();
};

// One short session in a revision that the client would not choose by itself.
const oldRevision = (revision) => async (server) => {
  const client = new Client({ name: "demo-old-host", version: "0.1.0" }, { capabilities: {}, supportedProtocolVersions: [revision] });
  await client.connect(started(server));
  await client.ping();
  await client.listTools();
  await call(client, "get-structured-content", { location: "Chicago" });
  await attempt(() => client.readResource({ uri: "demo://resource/dynamic/text/5" }));
  await attempt(() => client.getPrompt({ name: "simple-prompt" }));
  await client.close();
};

const filesystem = async (server) => {
  const client = await open(server, { caps: { roots: { listChanged: true } }, withRoots: false });
  await client.listTools();
  const at = (name) => `/tmp/demo/${name}`;
  await call(client, "list_allowed_directories", {});
  await call(client, "list_directory", { path: at("") });
  await call(client, "list_directory_with_sizes", { path: at(""), sortBy: "size" });
  await call(client, "directory_tree", { path: at("") });
  await call(client, "read_file", { path: at("hello.txt") });
  await call(client, "read_text_file", { path: at("\u65e5\u672c\u8a9e \u00fcber.txt") });
  await call(client, "read_text_file", { path: at("lines.txt"), head: 2 });
  await call(client, "read_text_file", { path: at("lines.txt"), tail: 1 });
  await call(client, "read_text_file", { path: at("lines.txt"), head: 1, tail: 1 });
  await call(client, "read_media_file", { path: at("pixel.png") });
  await call(client, "read_media_file", { path: at("tone.wav") });
  await call(client, "read_multiple_files", { paths: [at("hello.txt"), at("absent.txt")] });
  await call(client, "write_file", { path: at("made.txt"), content: "one\r\ntwo\u2028three\u0000\n" });
  await call(client, "edit_file", { path: at("hello.txt"), edits: [{ oldText: "hello", newText: "hallo" }], dryRun: true });
  await call(client, "edit_file", { path: at("hello.txt"), edits: [{ oldText: "hello", newText: "hallo" }] });
  await call(client, "edit_file", { path: at("hello.txt"), edits: [{ oldText: "not there", newText: "" }] });
  await call(client, "create_directory", { path: at("nested/deep") });
  await call(client, "move_file", { source: at("made.txt"), destination: at("nested/moved.txt") });
  await call(client, "search_files", { path: at(""), pattern: "**/*.txt", excludePatterns: ["nested"] });
  await call(client, "get_file_info", { path: at("hello.txt") });
  await call(client, "read_text_file", { path: "/etc/hostname" });
  await call(client, "read_text_file", { path: "/tmp/demo/../demo-secret/key" });
  await call(client, "write_file", { path: at("x") });
  await client.close();
};

const memory = async (server) => {
  const client = await open(server, { caps: {} });
  await client.listTools();
  await call(client, "create_entities", { entities: [
    { name: "Ada", entityType: "person", observations: ["wrote the first program", "na\u00efve \u2260 \u7d20\u6734"] },
    { name: "Engine", entityType: "machine", observations: [] },
  ] });
  await call(client, "create_relations", { relations: [{ from: "Ada", to: "Engine", relationType: "wrote for" }] });
  await call(client, "add_observations", { observations: [{ entityName: "Engine", contents: ["never built", "brass"] }] });
  await call(client, "add_observations", { observations: [{ entityName: "Nobody", contents: ["x"] }] });
  await call(client, "read_graph", {});
  await call(client, "search_nodes", { query: "brass" });
  await call(client, "open_nodes", { names: ["Ada"] });
  await call(client, "delete_observations", { deletions: [{ entityName: "Engine", observations: ["brass"] }] });
  await call(client, "delete_relations", { relations: [{ from: "Ada", to: "Engine", relationType: "wrote for" }] });
  await call(client, "delete_entities", { entityNames: ["Ada"] });
  await call(client, "delete_entities", {});
  await client.close();
};

const thinking = async (server) => {
  const client = await open(server, { caps: {} });
  await client.listTools();
  await call(client, "sequentialthinking", { thought: "Count the doors.", nextThoughtNeeded: true, thoughtNumber: 1, totalThoughts: 3 });
  await call(client, "sequentialthinking", { thought: "One was a window.", nextThoughtNeeded: true, thoughtNumber: 2, totalThoughts: 3, isRevision: true, revisesThought: 1 });
  await call(client, "sequentialthinking", { thought: "Try the cellar.", nextThoughtNeeded: false, thoughtNumber: 3, totalThoughts: 3, branchFromThought: 1, branchId: "cellar" });
  await call(client, "sequentialthinking", { thought: "", nextThoughtNeeded: "perhaps", thoughtNumber: 0, totalThoughts: 3 });
  await client.close();
};

const peer = (versionNegotiation) => async (server) => {
  const client = await open(server, { versionNegotiation });
  const pages = async (method, key) => {
    const first = await attempt(() => client.request({ method, params: {} }));
    if (first?.nextCursor) await attempt(() => client.request({ method, params: { cursor: first.nextCursor } }));
  };
  await pages("tools/list");
  await attempt(() => client.listResources());
  await attempt(() => client.listResourceTemplates());
  await attempt(() => client.listPrompts());
  await call(client, "show.everything", {});
  await call(client, "numbers", { upTo: 3 });
  await call(client, "book_table", { guests: 4 });
  await call(client, "book_table", { guests: 2 });
  await call(client, "think_aloud", {});
  await attempt(() => client.callTool({ name: "work", arguments: {}, _meta: { "io.modelcontextprotocol/logLevel": "debug", traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } }, { onprogress: () => {} }));
  await call(client, "fail", { how: "tool" });
  await call(client, "fail", { how: "protocol" });
  await call(client, "absent", {});
  await attempt(() => client.readResource({ uri: "demo://notes/1" }));
  await attempt(() => client.readResource({ uri: "demo://lost" }));
  await attempt(() => client.getPrompt({ name: "greet", arguments: { who: "\u963f\u9054" } }));
  await attempt(() => client.complete({ ref: { type: "ref/prompt", name: "greet" }, argument: { name: "who", value: "A" } }));
  await attempt(() => client.complete({ ref: { type: "ref/resource", uri: "demo://notes/{number}" }, argument: { name: "number", value: "" } }));
  if (versionNegotiation) {
    const subscription = await attempt(() => client.listen({ toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true, resourceSubscriptions: ["demo://notes/1"] }));
    await call(client, "rearrange", {});
    await pause(100);
    await attempt(() => subscription?.close());
    await pause(50);
  } else {
    await attempt(() => client.setLoggingLevel("info"));
    await attempt(() => client.subscribeResource({ uri: "demo://notes/1" }));
    await call(client, "rearrange", {});
    await call(client, "work", {});
    await attempt(() => client.unsubscribeResource({ uri: "demo://notes/1" }));
    await attempt(() => client.ping());
  }
  await attempt(() => client.request({ method: "example/unknown", params: {} }, undefined));
  await client.close();
};

const scenarios = {
  "peer-legacy": peer(undefined),
  "peer-modern": peer({ mode: { pin: "2026-07-28" } }),
  "peer-auto": async (server) => {
    const client = await open(server, { versionNegotiation: { mode: "auto" } });
    await client.listTools();
    await client.close();
  },
  everything,
  "2024-11-05": oldRevision("2024-11-05"),
  "2025-03-26": oldRevision("2025-03-26"),
  "2025-06-18": oldRevision("2025-06-18"),
  probed,
  filesystem,
  memory,
  thinking,
};
await scenarios[scenario](process.argv.slice(4));
process.exit(0);
