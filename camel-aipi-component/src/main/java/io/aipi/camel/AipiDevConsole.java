/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.spi.annotations.DevConsole;
import org.apache.camel.support.console.AbstractDevConsole;
import org.apache.camel.util.json.JsonObject;

/** Shows the {@code aipi:} endpoints of the context, their sessions and their jobs. */
@DevConsole(name = "aipi", description = "AIPI endpoints, sessions and jobs")
public class AipiDevConsole extends AbstractDevConsole {

    /** Made by Camel. */
    public AipiDevConsole() {
        super("camel", "aipi", "AIPI", "AIPI endpoints, sessions and jobs");
    }

    @Override
    protected String doCallText(Map<String, Object> options) {
        StringBuilder text = new StringBuilder();
        for (Map<String, Object> endpoint : endpoints()) {
            text.append(endpoint.get("endpoint"))
                    .append(" at ")
                    .append(endpoint.get("server"))
                    .append(": ")
                    .append(endpoint.get("session"))
                    .append(", ")
                    .append(endpoint.get("jobsInFlight"))
                    .append(" jobs in flight, ")
                    .append(endpoint.get("jobsWaiting"))
                    .append(" waiting, ")
                    .append(endpoint.get("jobsSubmitted"))
                    .append(" submitted, ")
                    .append(endpoint.get("jobsCompleted"))
                    .append(" completed, ")
                    .append(endpoint.get("jobsFailed"))
                    .append(" failed, ")
                    .append(endpoint.get("logins"))
                    .append(" logins\n");
        }
        return text.isEmpty() ? "No aipi endpoint is started\n" : text.toString();
    }

    @Override
    protected Map<String, Object> doCallJson(Map<String, Object> options) {
        JsonObject root = new JsonObject();
        root.put("endpoints", endpoints().stream().map(JsonObject::new).toList());
        return root;
    }

    private List<Map<String, Object>> endpoints() {
        List<Map<String, Object>> endpoints = new ArrayList<>();
        for (String name : getCamelContext().getComponentNames()) {
            if (getCamelContext().hasComponent(name) instanceof AipiComponent component) {
                component.startedEndpoints().stream().distinct().forEach(endpoint -> endpoints.add(describe(endpoint)));
            }
        }
        return endpoints;
    }

    private static Map<String, Object> describe(AipiEndpoint endpoint) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("endpoint", endpoint.getEndpointName());
        described.put("server", endpoint.getServiceUrl());
        described.put("session", endpoint.getSessionState());
        described.put("jobsInFlight", endpoint.getJobsInFlight());
        described.put("jobsWaiting", endpoint.getJobsWaiting());
        described.put("jobsSubmitted", endpoint.getJobsSubmitted());
        described.put("jobsCompleted", endpoint.getJobsCompleted());
        described.put("jobsFailed", endpoint.getJobsFailed());
        described.put("logins", endpoint.getLogins());
        return described;
    }
}
