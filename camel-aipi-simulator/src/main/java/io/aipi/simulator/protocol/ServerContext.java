/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.job.JobScripts;
import io.aipi.simulator.job.Jobs;
import io.aipi.simulator.job.RequestLog;
import io.aipi.simulator.job.ServerMetrics;
import java.util.List;

/**
 * All that the routes of one server share.
 *
 * @param dialect how it words its responses
 * @param endpoints the endpoints as it offers them
 * @param keys the API keys it knows
 * @param sessions the session keys it has given out
 * @param jobs its jobs
 * @param scripts what a test says about the jobs to come
 * @param metrics counts what happens
 * @param requestLog tells what happens
 */
public record ServerContext(
        Dialect dialect,
        List<ModelEndpoint> endpoints,
        ApiKeys keys,
        Sessions sessions,
        Jobs jobs,
        JobScripts scripts,
        ServerMetrics metrics,
        RequestLog requestLog) {

    /** Copies the endpoints. */
    public ServerContext {
        endpoints = List.copyOf(endpoints);
    }
}
