/**
 * Variables that a model process may see; a name that ends in an underscore means every variable that begins
 * with it.
 */
const allowed = [
  // The operating system's own.
  ['PATH', 'HOME', 'USER', 'LANG', 'LC_', 'TZ', 'TMPDIR', 'TMP', 'TEMP', 'SYSTEMROOT', 'WINDIR'],
  ['LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'],
  // How Node runs and how it reaches the network (an adapter of a request may be fetched).
  ['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'UV_THREADPOOL_SIZE', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'],
  // Devices and threads of numerical libraries.
  ['CUDA_', 'NVIDIA_', 'OMP_', 'MKL_'],
  // How it logs.
  ['LOG_LEVEL', 'LOG_FORMAT', 'NO_COLOR', 'FORCE_COLOR'],
].flat();

/**
 * The environment of a model process. It parses files and texts of strangers, so it gets what it needs by
 * name and none of the host's secrets (DATABASE_URL, REDIS_URL, HF_TOKEN, TESSERA_API_KEYS, what else an
 * operator has set); onnxruntime's collecting of usage is off.
 */
export function childEnvironment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(own).filter(([name]) =>
    allowed.some((item) => {
      const upper = name.toUpperCase();
      return item.endsWith('_') ? upper.startsWith(item) : upper === item;
    }),
  );
  return { ...Object.fromEntries(kept), ORT_DISABLE_TELEMETRY: '1' };
}
