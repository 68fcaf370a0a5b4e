import type { Json, NamedTensors, Tensor } from '@tessera/contracts';

interface Branch {
  readonly members: Map<string, Branch | Tensor>;
}

/**
 * Tensors as one JSON object, each written by `leaf`. Dots and numbers in names become lists, recursively:
 * `attentions.0`, `attentions.1` → `attentions: [leaf, leaf]`; `scores.0.2` → `scores: [[…, …, leaf]]`.
 */
export function joinTensors(
  tensors: NamedTensors,
  leaf: (tensor: Tensor) => Json,
): Readonly<Record<string, Json>> {
  const root: Branch = { members: new Map() };
  for (const [name, tensor] of Object.entries(tensors)) {
    const path = name.split('.');
    let branch = root;
    for (const part of path.slice(0, -1)) {
      const next = branch.members.get(part);
      if (next && 'members' in next) branch = next;
      else {
        const made: Branch = { members: new Map() };
        branch.members.set(part, made);
        branch = made;
      }
    }
    branch.members.set(path.at(-1)!, tensor);
  }
  return Object.fromEntries([...root.members].map(([name, member]) => [name, write(member, leaf)]));
}

function write(member: Branch | Tensor, leaf: (tensor: Tensor) => Json): Json {
  if (!('members' in member)) return leaf(member);
  return [...member.members].sort(([a], [b]) => Number(a) - Number(b)).map(([, inner]) => write(inner, leaf));
}
