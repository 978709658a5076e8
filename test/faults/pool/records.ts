/**
 * Runs on a node of the lab: writes numbered records of 4096 bytes to a file, each durable before the next, at places
 * taken at random. A signal ends it: then it prints the number that each place was given last, as JSON.
 *
 *     node records.ts FILE PLACES
 */
import { constants, openSync, writeSync } from 'node:fs';
import { argv } from 'node:process';

const recordSize = 4096;

async function writeRecords(file: string, places: number): Promise<readonly number[]> {
  const descriptor = openSync(file, constants.O_WRONLY | constants.O_DSYNC);
  const acknowledged: number[] = Array(places).fill(0);
  let isStopped = false;
  process.on('SIGTERM', () => {
    isStopped = true;
  });
  for (let number = 1; !isStopped; number += 1) {
    const place = Math.floor(Math.random() * places);
    const record = Buffer.alloc(recordSize);
    for (let at = 0; at < recordSize; at += 8) record.writeDoubleLE(number, at);
    writeSync(descriptor, record, 0, recordSize, place * recordSize);
    acknowledged[place] = number;
    // Only so is the signal seen.
    if (number % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return acknowledged;
}

const [, , file = '', places = '0'] = argv;
process.stdout.write(JSON.stringify(await writeRecords(file, Number(places))));
