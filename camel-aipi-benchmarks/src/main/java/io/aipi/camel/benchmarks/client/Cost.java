/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

/**
 * What a phase took of the client's process.
 *
 * @param elapsedNanos how long it lasted
 * @param cpuNanos processor time, the JVM's own threads included
 * @param allocatedBytes bytes allocated
 * @param threads the most threads at once, without those that were there before the client
 * @param componentThreads how many threads of the component are among them at the end
 * @param endedThreads threads that ended in the meantime and whose allocations are missing: 0 where the JVM can tell the total
 */
public record Cost(
        long elapsedNanos, long cpuNanos, long allocatedBytes, int threads, int componentThreads, long endedThreads) {}
