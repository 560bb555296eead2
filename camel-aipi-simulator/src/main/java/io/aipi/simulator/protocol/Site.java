/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.job.Jobs;
import io.aipi.simulator.job.Journal;
import io.aipi.simulator.job.Tally;
import java.util.List;

/**
 * All that the routes of one server share.
 *
 * @param dialect how it words its answers
 * @param endpoints the endpoints as it offers them
 * @param keys the API keys it knows
 * @param sessions the session keys it has given out
 * @param jobs its jobs
 * @param tally counts what happens
 * @param journal tells what happens
 */
public record Site(
        Dialect dialect,
        List<ModelEndpoint> endpoints,
        ApiKeys keys,
        Sessions sessions,
        Jobs jobs,
        Tally tally,
        Journal journal) {

    /** Copies the endpoints. */
    public Site {
        endpoints = List.copyOf(endpoints);
    }
}
