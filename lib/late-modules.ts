/**
 * What of Node is loaded at the first use. The import of a module that Node has loaded for itself costs time
 * too: each of its exports is fetched, and some of those load others.
 */
import type * as ChildProcesses from 'node:child_process'
import type * as Files from 'node:fs'
import type * as FilePromises from 'node:fs/promises'
import type * as V8 from 'node:v8'
import type * as WorkerThreads from 'node:worker_threads'
import { load } from './load.ts'

/** It brings all of the host's networking with it. */
export const childProcesses = () => load('node:child_process') as typeof ChildProcesses
/** It brings the streams of files with it. */
export const files = () => load('node:fs') as typeof Files
export const filePromises = () => load('node:fs/promises') as typeof FilePromises
export const v8 = () => load('node:v8') as typeof V8
export const workerThreads = () => load('node:worker_threads') as typeof WorkerThreads
