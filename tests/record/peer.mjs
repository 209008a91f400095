// A small stdio server on the official TypeScript server library, both eras. It exists to make
// that library say the messages which no published stdio server says yet: every kind of content
// and of input request, icons, titles, annotations, output that is not an object, subscriptions.

import { Server, inputRequired } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const icons = [
  { src: `data:image/png;base64,${pixel}`, mimeType: "image/png", sizes: ["1x1", "any"], theme: "dark" },
  { src: "https://example.org/icon.svg", mimeType: "image/svg+xml" },
];
const empty = { type: "object", properties: {}, additionalProperties: false };

const tools = [
  {
    name: "show.everything",
    title: "Show everything \u2728",
    description: "Every kind of content in one result.",
    icons,
    inputSchema: empty,
    annotations: { title: "Show", readOnlyHint: true, openWorldHint: false },
    _meta: { "example.org/shelf": { row: 3, weights: [0.1, 1e-7, 12345678901234567890] } },
  },
  {
    name: "numbers",
    description: "Output that is an array.",
    inputSchema: { $schema: "https://json-schema.org/draft/2020-12/schema", type: "object", properties: { upTo: { type: "integer", minimum: 1 } }, required: ["upTo"] },
    outputSchema: { type: "array", items: { type: "integer" } },
  },
  {
    name: "book_table",
    description: "Asks the user before it books.",
    inputSchema: { type: "object", properties: { guests: { type: "integer", "x-mcp-header": "Guests" } }, required: ["guests"] },
    annotations: { destructiveHint: true, idempotentHint: false },
  },
  { name: "think_aloud", description: "Asks the host's model, its roots and for a page visit.", inputSchema: empty },
  { name: "work", description: "Reports progress and logs.", inputSchema: empty },
  { name: "rearrange", description: "Announces that lists have changed.", inputSchema: empty },
  { name: "fail", description: "Always fails.", inputSchema: { type: "object", properties: { how: { enum: ["tool", "protocol"] } }, required: ["how"] } },
];

const content = [
  { type: "text", text: "Text with \u0000 \u001f \u007f \u2028 \ufeff \ud83d\udc69\u200d\ud83d\ude80", annotations: { audience: ["user"], priority: 0.7, lastModified: "2026-01-02T03:04:05Z" } },
  { type: "image", data: pixel, mimeType: "image/png" },
  { type: "audio", data: "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=", mimeType: "audio/wav" },
  { type: "resource_link", uri: "demo://notes/1", name: "note-1", title: "The first note", description: "A link", mimeType: "text/plain", size: 12, icons },
  { type: "resource", resource: { uri: "demo://notes/2", mimeType: "text/plain", text: "embedded", _meta: { "example.org/seen": null } } },
  { type: "resource", resource: { uri: "demo://notes/3", mimeType: "application/octet-stream", blob: "AAEC/w==" } },
];

const called = {
  "show.everything": () => ({ content, structuredContent: { nested: { empty: {}, list: [null, true, -0.5e-9] } }, _meta: { "example.org/cost": 0.7 } }),
  numbers: ({ upTo }) => {
    const list = Array.from({ length: upTo }, (_, at) => at + 1);
    return { content: [{ type: "text", text: JSON.stringify(list) }], structuredContent: list };
  },
  book_table: ({ guests }, ctx) => {
    const answer = ctx.mcpReq.inputResponses?.guestbook;
    if (answer) return { content: [{ type: "text", text: `${answer.action}: ${JSON.stringify(answer.content ?? null)}` }] };
    return inputRequired({
      inputRequests: {
        guestbook: inputRequired.elicit({
          message: `A table for ${guests}?`,
          requestedSchema: {
            type: "object",
            properties: {
              name: { type: "string", title: "Name", minLength: 1 },
              mail: { type: "string", format: "email" },
              window: { type: "boolean", default: false },
              course: { type: "string", oneOf: [{ const: "fish", title: "Fish" }, { const: "figs", title: "Figs" }] },
            },
            required: ["name"],
          },
        }),
      },
      requestState: "table:1",
    });
  },
  think_aloud: (_, ctx) => {
    const answers = ctx.mcpReq.inputResponses;
    if (answers?.sample) return { content: [{ type: "text", text: Object.keys(answers).sort().join(" ") }] };
    return inputRequired({
      inputRequests: {
        sample: inputRequired.createMessage({ messages: [{ role: "user", content: { type: "text", text: "A word for blue?" } }], systemPrompt: "One word.", maxTokens: 8, temperature: 0.2, stopSequences: ["\n"], modelPreferences: { hints: [{ name: "demo" }], costPriority: 0.3 } }),
        roots: inputRequired.listRoots(),
        page: inputRequired.elicitUrl({ message: "Please visit the page.", url: "https://example.org/consent?a=1&b=%20" }),
      },
    });
  },
  work: async (_, ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    for (let done = 1; done <= 3 && progressToken !== undefined; done += 1)
      await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress: done / 3, total: 1, message: `step ${done}` } });
    await ctx.mcpReq.log("warning", { text: "half way", at: 0.5 }, "worker");
    return { content: [] };
  },
  rearrange: async (_, ctx, server) => {
    await server.sendToolListChanged();
    await server.sendPromptListChanged();
    await server.sendResourceListChanged();
    await server.sendResourceUpdated({ uri: "demo://notes/1" });
    return { content: [{ type: "text", text: "rearranged" }] };
  },
  fail: ({ how }) => {
    if (how === "protocol") throw Object.assign(new Error("refused: \u201cno\u201d"), { code: -32602, data: { retry: false, wait: null } });
    return { content: [{ type: "text", text: "It did not work." }], isError: true };
  },
};

serveStdio(() => {
  const server = new Server(
    { name: "demo-peer", title: "Demo Peer", version: "1.0.0", websiteUrl: "https://example.org/peer", icons },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        completions: {},
        logging: {},
        extensions: { "org.example/demo": { level: 2 } },
      },
      instructions: "Use \u201cshow.everything\u201d first.\nThen rest.",
    },
  );
  const half = Math.ceil(tools.length / 2);
  server.setRequestHandler("tools/list", ({ params }) =>
    params?.cursor === "page:2" ? { tools: tools.slice(half) } : { tools: tools.slice(0, half), nextCursor: "page:2" },
  );
  server.setRequestHandler("tools/call", ({ params }, ctx) => {
    const tool = called[params.name];
    if (!tool) throw Object.assign(new Error(`Unknown tool: ${params.name}`), { code: -32602 });
    return tool(params.arguments ?? {}, ctx, server);
  });
  server.setRequestHandler("resources/list", () => ({
    resources: [{ uri: "demo://notes/1", name: "note-1", title: "The first note", mimeType: "text/plain", size: 12, icons, annotations: { audience: ["assistant"], priority: 1 } }],
  }));
  server.setRequestHandler("resources/templates/list", () => ({
    resourceTemplates: [{ uriTemplate: "demo://notes/{number}", name: "note", title: "A note", description: "Any note", mimeType: "text/plain" }],
  }));
  server.setRequestHandler("resources/read", ({ params }) => {
    if (!/^demo:\/\/notes\/\d$/.test(params.uri)) throw Object.assign(new Error("Resource not found"), { code: -32602, data: { uri: params.uri } });
    return { contents: [{ uri: params.uri, mimeType: "text/plain", text: "twelve bytes" }] };
  });
  server.setRequestHandler("resources/subscribe", () => ({}));
  server.setRequestHandler("resources/unsubscribe", () => ({}));
  server.setRequestHandler("prompts/list", () => ({
    prompts: [{ name: "greet", title: "Greet", description: "A greeting", icons, arguments: [{ name: "who", title: "Who", description: "Whom to greet", required: true }] }],
  }));
  server.setRequestHandler("prompts/get", ({ params }) => ({
    description: "A greeting",
    messages: [
      { role: "user", content: { type: "text", text: `Greet ${params.arguments?.who}.` } },
      { role: "assistant", content: content[3] },
      { role: "user", content: content[4] },
      { role: "user", content: content[1] },
    ],
  }));
  server.setRequestHandler("completion/complete", ({ params }) => ({
    completion: { values: ["Ada", "\u00c5sa", "\u963f\u9054"].filter((name) => name.startsWith(params.argument.value)), total: 3, hasMore: false },
  }));
  return server;
});
