import { AppError } from '@tessera/base';

const part = '[A-Za-z0-9][A-Za-z0-9._-]*';
const repositoryForm = new RegExp(`^${part}(/${part})?$`);
const revisionForm = new RegExp(`^${part}(/${part})*$`);

/**
 * Names come from callers and listings from servers: neither may step out of the cache folder. Throws
 * INPUT_INVALID.
 */
export function checkHubName(repository: string, revision: string): void {
  const refuse = (field: string, problem: string): never => {
    throw new AppError('INPUT_INVALID', { detail: { field, problem } });
  };
  if (!repositoryForm.test(repository) || repository.includes('..'))
    refuse('model_name', 'is not a hub name such as "user/model" or "model"');
  if (!revisionForm.test(revision) || revision.includes('..'))
    refuse('revision', 'is not a branch, a tag or a commit');
}

/** Whether a file name of a listing stays inside the folder it is downloaded to. */
export function isInsideFolder(file: string): boolean {
  return (
    file.length > 0 &&
    !/[\\\0]/.test(file) &&
    !/^[A-Za-z]:/.test(file) &&
    file.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..')
  );
}

/** A repository or revision as one path segment. */
export function asFolderName(name: string): string {
  return name.replaceAll('/', '--');
}
