import { AppError, type ErrorCode } from '@tessera/base';
import { loadModel, saveModel } from '@tessera/onnx';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { gradient } from '../gradient.ts';
import type { LiftForm } from '../lift.ts';
import { explain } from './explain.ts';

/** Where the command writes; `process` is one. */
export interface Terminal {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

const exitCodes: Partial<Record<ErrorCode, number>> = {
  ONNX_INVALID: 3,
  OUTPUT_UNAVAILABLE: 3,
  GRADIENT_UNSUPPORTED: 4,
  GRADIENT_UNREACHABLE: 5,
};

const notes = `
The written file is an ordinary ONNX model. Its inputs and outputs are those of MODEL, and besides:
  input  grad_seed/<output>   the cotangent of each --of tensor, in its shape (ones for a plain sum)
  output grad/<tensor>        the gradient with respect to each --wrt tensor, in its shape
  --wrt embeddings            is the result of the token-embedding Gather that input_ids feeds
  --lift NAME=affine          adds inputs NAME/scale and NAME/delta, which broadcast: tensor · scale + delta
  --lift NAME=input           adds an input that replaces the tensor (inputs_embeds for embeddings, else feed/NAME)

Exit codes:
  0 written   1 unexpected failure   2 wrong usage   3 the model or a name in it cannot be used
  4 an operator on the way has no gradient (all of them are listed)   5 nothing differentiable leads from --wrt to --of

Example:
  tessera-autodiff model.onnx --of logits --wrt embeddings -o model-grad.onnx --explain`;

interface Flags {
  readonly of: readonly string[];
  readonly wrt: readonly string[];
  readonly output?: string;
  readonly lift: Readonly<Record<string, LiftForm>>;
  readonly explain: boolean;
}

/** Runs the command and returns its exit code. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  const command = makeCommand(terminal);
  try {
    command.parse([...argv]);
    await differentiate(command.args[0] as string, command.opts<Flags>(), terminal);
    return 0;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    if (!(thrown instanceof AppError)) {
      terminal.stderr.write(
        `tessera-autodiff: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`,
      );
      return 1;
    }
    terminal.stderr.write(`tessera-autodiff: ${thrown.message}\n`);
    return exitCodes[thrown.code] ?? 1;
  }
}

function makeCommand(terminal: Terminal): Command {
  const command = new Command('tessera-autodiff')
    .description(
      'Writes an ONNX model that computes exact gradients beside its outputs, with operators of ONNX alone.',
    )
    .argument('<MODEL.onnx>', 'the model to differentiate')
    .requiredOption(
      '--of <tensors>',
      'what to differentiate: outputs or other float tensors, separated by commas',
      names,
      [],
    )
    .option('--wrt <tensors>', 'with respect to what: "embeddings" or tensors, separated by commas', names, [
      'embeddings',
    ])
    .option(
      '--lift <name=form>',
      'let a tensor be fed (input) or scaled and shifted (affine); may be repeated',
      lifts,
      {},
    )
    .option('-o, --output <OUT.onnx>', 'where to write; may be left out with --explain')
    .option('--explain', 'print what was differentiated, what was stopped and why, and node counts', false)
    .addHelpText('after', notes)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
    });
  return command.action(() => {
    const { of, output, explain: explains } = command.opts<Flags>();
    if (of.length === 0) command.error("error: required option '--of <tensors>' not specified");
    if (!output && !explains) command.error("error: give '-o OUT.onnx', '--explain', or both");
  });
}

const defaults = new WeakSet<object>();

/** Collects comma-separated names over repeated options; the first use replaces the default. */
function names(text: string, previous: readonly string[]): readonly string[] {
  const given = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const all = defaults.has(previous) ? [...previous, ...given] : given;
  defaults.add(all);
  return all;
}

function lifts(
  text: string,
  previous: Readonly<Record<string, LiftForm>>,
): Readonly<Record<string, LiftForm>> {
  const at = text.lastIndexOf('=');
  const [name, form] = [text.slice(0, at), text.slice(at + 1)];
  if (at > 0 && (form === 'input' || form === 'affine')) return { ...previous, [name]: form };
  throw new InvalidArgumentError('Write NAME=input or NAME=affine.');
}

async function differentiate(path: string, flags: Flags, terminal: Terminal): Promise<void> {
  const { of, wrt, lift, output } = flags;
  const result = await gradient(loadModel(path), { of, wrt, lift });
  if (output) saveModel(result.model, output);
  if (flags.explain) terminal.stdout.write(explain(result, flags));
}
