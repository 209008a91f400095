// Drives server-everything with the first-generation TypeScript client, for what only that one
// speaks: the tasks of revision 2025-11-25, on both sides.
//
//   node tasks.mjs RECORDER_ARGS_AS_JSON SERVER [ARG]...

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { InMemoryTaskStore } from "@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js";
import {
  CallToolResultSchema,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";

const [recorderJson, ...server] = process.argv.slice(2);
const [command, ...args] = [...JSON.parse(recorderJson), "--", ...server];

const client = new Client(
  { name: "demo-tasks-host", version: "1.0.0" },
  {
    capabilities: {
      sampling: {},
      elicitation: { form: {} },
      tasks: {
        list: {},
        cancel: {},
        requests: { sampling: { createMessage: {} }, elicitation: { create: {} } },
      },
    },
    taskStore: new InMemoryTaskStore(),
  },
);

// As a task when the server asked for one, at once otherwise.
const answered = (result) => async (request, extra) => {
  if (!request.params.task) return result(request);
  const task = await extra.taskStore.createTask({ ttl: 60000, pollInterval: 100 });
  await extra.taskStore.storeTaskResult(task.taskId, "completed", result(request));
  return { task };
};
client.setRequestHandler(
  CreateMessageRequestSchema,
  answered(() => ({ role: "assistant", model: "demo-model", content: { type: "text", text: "Sampled in a task." } })),
);
client.setRequestHandler(
  ElicitRequestSchema,
  answered((request) => ({
    action: "accept",
    content: Object.fromEntries(
      Object.entries(request.params.requestedSchema.properties).map(([key, rule]) => [
        key,
        rule.oneOf?.[0].const ?? rule.enum?.[0] ?? (rule.type === "boolean" ? true : "Ada"),
      ]),
    ),
  })),
);

const stream = async (name, toolArguments, onCreated = () => {}) => {
  try {
    const steps = client.experimental.tasks.callToolStream(
      { name, arguments: toolArguments },
      CallToolResultSchema,
      { task: { ttl: 60000 } },
    );
    for await (const step of steps) {
      if (step.type === "taskCreated") await onCreated(step.task.taskId);
      if (step.type === "error") console.error(`  ${step.error.message}`);
    }
  } catch (error) {
    console.error(`  answered with: ${error.message}`);
  }
};

await client.connect(new StdioClientTransport({ command, args, stderr: "ignore" }));
await new Promise((done) => setTimeout(done, 500));
await client.listTools();
await stream("simulate-research-query", { topic: "python", ambiguous: true });
await stream("simulate-research-query", { topic: "bees" }, (id) => client.experimental.tasks.cancelTask(id));
for (const name of ["trigger-sampling-request-async", "trigger-elicitation-request-async"]) {
  try {
    await client.callTool({ name, arguments: { prompt: "Say hello.", maxTokens: 10 } });
  } catch (error) {
    console.error(`  answered with: ${error.message}`);
  }
}
await client.experimental.tasks.listTasks();
await client.experimental.tasks.getTask("no-such-task").catch((error) => console.error(`  answered with: ${error.message}`));
await client.close();
process.exit(0);
