"""Drives Python servers with the official Python client, through the recorder.

    clients.py SCENARIO ERA TEE_JSON SERVER [ARG]...

`SCENARIO` is `git`, `time`, `fetch`, `sweep`, or `story:NAME` for a story of the client's own
source distribution (whose `examples` folder must then be on `PYTHONPATH`). `ERA` is `auto`,
`legacy` or a modern revision. Like its TypeScript sibling it checks nothing but that the server
was reached: errors are messages too.
"""

import importlib
import inspect
import json
import sys

import anyio
from mcp import StdioServerParameters, types
from mcp.client import Client

DEMO = "/tmp/demo/repo"


def target(tee: list[str], server: list[str]) -> StdioServerParameters:
    return StdioServerParameters(command=tee[0], args=[*tee[1:], "--", *server])


async def attempt(what) -> object:
    try:
        return await what
    except Exception as error:  # noqa: BLE001: any answer will do
        print(f"  answered with: {str(error).splitlines()[0][:100]}", file=sys.stderr)
        return None


async def calls(client: Client, steps: list[tuple[str, dict]]) -> None:
    for name, arguments in steps:
        await attempt(client.call_tool(name, arguments))


async def git(client: Client) -> None:
    await client.list_tools()
    await calls(
        client,
        [
            ("git_status", {"repo_path": DEMO}),
            ("git_diff_unstaged", {"repo_path": DEMO}),
            ("git_add", {"repo_path": DEMO, "files": ["notes.txt"]}),
            ("git_diff_staged", {"repo_path": DEMO, "context_lines": 1}),
            ("git_commit", {"repo_path": DEMO, "message": "Say it in Greek: \u03ba\u03b1\u03bb\u03b7\u03bc\u03ad\u03c1\u03b1"}),
            ("git_log", {"repo_path": DEMO, "max_count": 2}),
            ("git_show", {"repo_path": DEMO, "revision": "HEAD"}),
            ("git_create_branch", {"repo_path": DEMO, "branch_name": "feature/\u03b1"}),
            ("git_branch", {"repo_path": DEMO, "branch_type": "local"}),
            ("git_checkout", {"repo_path": DEMO, "branch_name": "feature/\u03b1"}),
            ("git_diff", {"repo_path": DEMO, "target": "HEAD~1"}),
            ("git_reset", {"repo_path": DEMO}),
            ("git_diff", {"repo_path": DEMO, "target": "--output=/tmp/demo/stolen"}),
            ("git_status", {"repo_path": "/tmp/demo/nowhere"}),
            ("git_status", {}),
            ("git_push", {"repo_path": DEMO}),
        ],
    )


async def time(client: Client) -> None:
    await client.list_tools()
    await calls(
        client,
        [
            ("get_current_time", {"timezone": "Asia/Tokyo"}),
            ("convert_time", {"source_timezone": "Europe/Zurich", "time": "14:30", "target_timezone": "Asia/Kathmandu"}),
            ("convert_time", {"source_timezone": "Europe/Zurich", "time": "25:61", "target_timezone": "UTC"}),
            ("get_current_time", {"timezone": "Mars/Olympus"}),
        ],
    )


async def fetch(client: Client) -> None:
    """Lists only: a call would go out to the network."""
    await client.list_tools()
    await attempt(client.list_prompts())
    await calls(client, [("fetch", {"url": "not a url"})])


async def sweep(client: Client) -> None:
    """Lists everything of a small server and calls each tool with made-up arguments."""
    tools = await client.list_tools()
    resources = await attempt(client.list_resources())
    await attempt(client.list_resource_templates())
    prompts = await attempt(client.list_prompts())
    samples = {"integer": 3, "number": 0.5, "boolean": True, "array": [], "object": {}}
    for tool in tools.tools:
        properties = tool.input_schema.get("properties", {})
        arguments = {
            key: rule.get("default", samples.get(rule.get("type"), "\u00bfqu\u00e9? \u2603"))
            for key, rule in properties.items()
        }
        await attempt(client.call_tool(tool.name, arguments))
    for resource in resources.resources if resources else []:
        await attempt(client.read_resource(str(resource.uri)))
    for prompt in prompts.prompts if prompts else []:
        await attempt(client.get_prompt(prompt.name, {each.name: "x" for each in prompt.arguments or []}))


SCENARIOS = {"git": git, "time": time, "fetch": fetch, "sweep": sweep}


async def story(name: str, server: StdioServerParameters, era: str) -> None:
    main = importlib.import_module(f"stories.{name}.client").main
    wanted = list(inspect.signature(main).parameters)
    await main((lambda: server) if wanted[0] == "targets" else server, mode=era)


async def run(scenario: str, era: str, tee: list[str], server: list[str]) -> None:
    with anyio.fail_after(60):
        if scenario.startswith("story:"):
            await story(scenario.removeprefix("story:"), target(tee, server), era)
            return
        info = types.Implementation(name="demo-python-host", title="D\u00e9mo", version="1.0.0")
        async with Client(target(tee, server), mode=era, client_info=info) as client:
            await SCENARIOS[scenario](client)


if __name__ == "__main__":
    anyio.run(run, sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), sys.argv[4:])
