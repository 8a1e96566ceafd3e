// The commands about agents and their conversations.

import type { Command } from 'commander';
import { type Act, command, many, none } from './command.ts';

/** Adds the commands of `session`. */
export function addSessionCommands(session: Command, act: Act): void {
  const changes = () => import('./session-changes.ts');
  const ofAgent = ['--agent <agent>', 'the agent whose session it is'] as const;
  command(session, 'list', 'the conversations that go on')
    .option('--agent <agent>', 'only those of this agent')
    .option('--all', 'also those that were reset', false)
    .action((options) => act(options.json, async () => (await import('./session.ts')).listSessions(options)));
  command(session, 'get', 'what was said in one')
    .argument('<session>', 'a name such as `main`, a whole key, or an id of `session list --all`')
    .option(...ofAgent)
    .action((said, options) => act(options.json, async () => (await import('./session.ts')).getSession(said, options)));
  command(session, 'reset', 'begin a new conversation; the file of the old one stays')
    .argument('<session>', 'a name such as `main`, or a whole key')
    .option(...ofAgent)
    .action((said, options) => act(options.json, async () => (await changes()).resetSession(said, options)));
  command(session, 'archive', 'move conversations away in which nothing was said for so long')
    .requiredOption('--older-than <age>', 'e.g. `30d` or `12h`')
    .option('--agent <agent>', 'only those of this agent')
    .action((options) => act(options.json, async () => (await changes()).archiveSessions(options)));
  command(session, 'commit', "commit the agent's workspace, with the session and run that left it so")
    .argument('[session]', 'without one, that in which something was said last')
    .option('--agent <agent>', 'the agent whose workspace it is (default: "main")')
    .option('--workspace <directory>', 'the directory, where it is not the one of the configuration')
    .addHelpText('after', help.commit)
    .action((said, options) =>
      act(options.json, async () => (await import('./session-commit.ts')).commitSession(said, options)),
    );
}

/** Adds the commands of `agent`. */
export function addAgentCommands(agent: Command, act: Act): void {
  const load = () => import('./agents.ts');
  const change = () => import('./agent-config.ts');
  command(agent, 'list', 'the agents of this state home').action((options) =>
    act(options.json, async () => (await load()).listAgents()),
  );
  command(agent, 'status', 'what one does: whether it is halted, its sessions, what waits for people')
    .argument('[agent]', 'its name', 'main')
    .action((name, options) => act(options.json, async () => (await load()).agentStatus(name)));
  command(agent, 'config', 'show or change what config.yaml says of one')
    .argument('<agent>', 'its name')
    .argument('[key]', 'model, workspace, policies or shadow')
    .argument('[values...]', 'what it shall be; policies and shadow take several')
    .option('--unset', 'take the key away', false)
    .addHelpText('after', help.config)
    .action((name, key, values, options) =>
      act(options.json, async () => (await change()).configureAgent(name, key, values, options)),
    );
  command(agent, 'add', 'add one to config.yaml')
    .argument('<agent>', 'its name: letters, digits, `.`, `_` and `-`')
    .option('--model <model>', 'e.g. anthropic, openai:gpt-5')
    .option('--workspace <directory>', 'directory it works in; its own below the state home otherwise')
    .option('--policy <file>', 'policy file; each further one is a further layer', many, none)
    .action((name, options) => act(options.json, async () => (await change()).addAgent(name, options)));
}

const help = {
  commit: `
The commits lie in a repository of the state home, agents/<agent>/workspace.git: agents cannot reach it, and nothing of the
workspace's own git configuration is run. What its .gitignore files name is left out.
Example:
  sallyport session commit main && git --git-dir ~/.sallyport/agents/main/workspace.git log`,
  config: `
Comments in config.yaml stay. Each change is a line of logs/config-audit.jsonl.
Examples:
  sallyport agent config ops
  sallyport agent config ops model anthropic
  sallyport agent config ops policies org.yaml ops.yaml
  sallyport agent config ops shadow --unset`,
};
