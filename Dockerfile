# One image for both processes: the compose file says which one a container runs.
FROM node:22-bookworm-slim
WORKDIR /tessera
ENV NODE_ENV=production LOG_FORMAT=json TESSERA_HOME=/data
# Nothing reports home: neither onnxruntime at run time, nor Prisma and Turbo while the image is built.
ENV ORT_DISABLE_TELEMETRY=1 CHECKPOINT_DISABLE=1 TURBO_TELEMETRY_DISABLED=1
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml turbo.json tsconfig.json tsconfig.base.json .npmrc ./
COPY scripts ./scripts
COPY prisma ./prisma
COPY apps ./apps
COPY packages ./packages
# The same set-up as on a bare machine: installs, generates the database client, builds.
RUN NODE_ENV=development npm run setup && mkdir -p /data && chown node:node /data
COPY models ./models
USER node
CMD ["node", "apps/gateway/dist/main.js"]
