/** All faults. */
import { diskFaults } from './disk-faults.js';
import type { Fault } from './fault.js';
import { kills } from './kills.js';
import { logFaults } from './log-faults.js';
import { personFaults } from './person-faults.js';
import type { Theatre } from './play.js';
import { rivals } from './rivals.js';
import { serverFaults } from './server-faults.js';
import { storeFaults } from './store-faults.js';
import { toolFaults } from './tool-faults.js';

export const table = (theatre: Theatre): Fault[] => [
  ...kills(theatre),
  ...logFaults,
  ...storeFaults,
  ...diskFaults(theatre),
  ...rivals,
  ...serverFaults,
  ...toolFaults,
  ...personFaults,
];
