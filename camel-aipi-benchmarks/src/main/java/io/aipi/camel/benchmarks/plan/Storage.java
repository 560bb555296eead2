/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.plan;

/** Where the detached jobs of a client are kept. */
public enum Storage {
    /** Its jobs are not detached: who sends one waits for its result. */
    NONE,
    /** In the memory of the process only. */
    MEMORY,
    /** The component's own tables. */
    JDBC,
    /** Camel's JdbcAggregationRepository. */
    AGGREGATION
}
