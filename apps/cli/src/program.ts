import tab from '@bomb.sh/tab/commander';
import { Command } from 'commander';
import { attackCommand } from './commands/attack.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { explainCommand } from './commands/explain.ts';
import { keysCommand } from './commands/keys.ts';
import { modelsCommand } from './commands/models.ts';
import { predictCommand } from './commands/predict.ts';
import { statusCommand } from './commands/status.ts';
import { tasksCommand } from './commands/tasks.ts';
import { wholeMachineCommands } from './commands/whole-machine.ts';
import { openSession, type WithSession } from './connection.ts';
import { exitCodes } from './failure.ts';
import type { Terminal } from './terminal.ts';

const notes = `
Environment:
  TESSERA_SERVER    where the server is (http://127.0.0.1:8000)
  TESSERA_API_KEY   the key it is asked with
  NO_COLOR          no colours

Exit codes:
  ${exitCodes.done} done   ${exitCodes.unexpected} unexpected failure   ${exitCodes.usage} wrong usage   ${exitCodes.unreachable} server not reached
  ${exitCodes.refused} refused by the server   ${exitCodes.taskFailed} a task failed   ${exitCodes.interrupted} interrupted

Completion: tessera complete bash|zsh|fish|powershell prints a script for your shell.`;

/** `tessera` with all its commands. */
export function createProgram(terminal: Terminal, signal: AbortSignal): Command {
  const program = new Command('tessera')
    .description('Serve NLP models and look inside them.')
    .option('--server <url>', 'where the server is')
    .option('--key <secret>', 'API key')
    .option('--json', 'print JSON instead of tables')
    .addHelpText('after', notes)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
    });
  const session: WithSession = (command) => openSession(command, terminal, signal);
  const commands = [
    ...wholeMachineCommands(program),
    predictCommand(session),
    explainCommand(session),
    attackCommand(session),
    evaluateCommand(session, program),
    modelsCommand(session),
    tasksCommand(session),
    keysCommand(session),
    statusCommand(session),
  ];
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program));
  tab(program);
  return program;
}
