/**
 * Who holds a lease: a host's name and one start of it. Two hosts of one name are two owners, so that neither
 * ends the leases of the other; names may hold anything but the last "#".
 */
export function ownerOf(name: string, start: string): string {
  return `${name}#${start}`;
}

/** The name in an owner; hosts of earlier versions are owners by their bare name. */
export function nameOf(owner: string): string {
  const end = owner.lastIndexOf('#');
  return end === -1 ? owner : owner.slice(0, end);
}
