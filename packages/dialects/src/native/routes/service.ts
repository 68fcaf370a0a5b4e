import {
  createdKey,
  explainerList,
  keyList,
  newKey,
  problemKind,
  problemList,
  serverStatistics,
  serverStatus,
  statisticsFilter,
} from '@tessera/contracts';
import { z } from 'zod';
import { defineRoutes } from '../../routes/route.ts';

/** What goes on, what there is, and what errors mean. */
export const serviceRoutes = defineRoutes({
  openapi: {
    methods: ['GET'],
    path: '/openapi.json',
    role: null,
    summary: 'This document',
    tag: 'service',
    replies: {
      200: {
        text: 'OpenAPI 3.1.',
        schema: z.record(z.string(), z.unknown()).describe('An OpenAPI document.'),
      },
    },
  },
  status: {
    methods: ['GET'],
    path: '/status',
    role: 'reader',
    summary:
      "Queues, hosts and health; hosts are an administrator's to see, and others see only their own tasks",
    tag: 'service',
    replies: { 200: { text: 'As of now.', schema: serverStatus } },
  },
  statistics: {
    methods: ['GET'],
    path: '/statistics',
    role: 'reader',
    summary: 'What happened, by model and hour',
    tag: 'service',
    query: statisticsFilter,
    replies: { 200: { text: 'Rows.', schema: serverStatistics } },
    errors: ['INPUT_INVALID'],
  },
  explainers: {
    methods: ['GET'],
    path: '/explainers',
    role: 'reader',
    summary: 'Methods of explanation and what a model must give for them',
    tag: 'service',
    replies: { 200: { text: 'By name.', schema: explainerList } },
  },
  problems: {
    methods: ['GET'],
    path: '/problems',
    role: 'reader',
    summary: 'Every error code, its status and text',
    tag: 'service',
    replies: { 200: { text: 'The catalogue.', schema: problemList } },
  },
  problem: {
    methods: ['GET'],
    path: '/problems/{code}',
    role: 'reader',
    summary: 'What one error code means',
    tag: 'service',
    replies: { 200: { text: 'Its row of the catalogue.', schema: problemKind } },
    errors: ['ROUTE_UNKNOWN'],
  },
});

/** /v1/keys. A key is shown once, in the answer that makes it. */
export const keyRoutes = defineRoutes({
  keys: {
    methods: ['GET'],
    path: '/keys',
    role: 'admin',
    summary: 'The keys there are',
    tag: 'keys',
    replies: { 200: { text: 'Without their secrets.', schema: keyList } },
  },
  'key-create': {
    methods: ['POST'],
    path: '/keys',
    role: 'admin',
    summary: 'Make a key',
    tag: 'keys',
    body: {
      schema: newKey,
      examples: { forASkill: { name: 'my-skill', role: 'caller', requestsPerMinute: 600 } },
    },
    replies: { 201: { text: 'The only time its secret is shown.', schema: createdKey } },
  },
  'key-revoke': {
    methods: ['DELETE'],
    path: '/keys/{id}',
    role: 'admin',
    summary: 'Revoke a key',
    tag: 'keys',
    replies: { 204: { text: 'It opens nothing any more.' } },
    errors: ['KEY_UNKNOWN'],
  },
});
