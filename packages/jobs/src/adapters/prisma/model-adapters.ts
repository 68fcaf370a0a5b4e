import { AppError } from '@tessera/base';
import { modelSource } from '@tessera/contracts';
import type { Adapter } from '../../generated/client.ts';
import type { AdapterCatalogue, AdapterEntry } from '../../ports/models.ts';
import { isDuplicate, type Prisma } from './client.ts';

export function createPrismaModelAdapters(prisma: Prisma): AdapterCatalogue {
  return {
    async create({ model, identifier, source }) {
      try {
        return toEntry(await prisma.adapter.create({ data: { model, identifier, source: { ...source } } }));
      } catch (error) {
        if (isDuplicate(error))
          throw new AppError('ADAPTER_EXISTS', { detail: { adapter: identifier, model }, cause: error });
        throw error;
      }
    },
    async list(model) {
      const rows = await prisma.adapter.findMany({ where: { model }, orderBy: { identifier: 'asc' } });
      return rows.map(toEntry);
    },
    async remove(model, identifier) {
      return (await prisma.adapter.deleteMany({ where: { model, identifier } })).count > 0;
    },
  };
}

function toEntry({ model, identifier, source }: Adapter): AdapterEntry {
  return { model, identifier, source: modelSource.parse(source) };
}
