/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.plan;

/**
 * What is different in a scenario whose jobs are detached: the one who submits does not wait, and a route of its own gets the
 * result.
 *
 * @param slowJobs how many jobs a {@linkplain ClientKind#isSlow() slow} client does instead of all
 * @param requestIds whether each job has a request id
 * @param stored how many jobs an earlier process has left in the store, which are then worked off; 0 for none: jobs are
 *     submitted meanwhile
 */
public record Detached(int slowJobs, boolean requestIds, int stored) {}
