/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.job.ServerMetrics;

/** All ways to log in. A refusal is HTTP 200 with {@code success: false}. */
record LoginModes(ServerContext context) {

    /** {@code GET|POST /<endpoint>/login?[user=..&]key=..}: only the query is read, whatever the body says. */
    Reply atEndpoint(ModelEndpoint endpoint, Request request) {
        String user = request.query().get("user");
        String key = request.query().get("key");
        boolean withUser = context.dialect().login() == Dialect.Login.USER_AND_KEY;
        if (withUser && !context.keys().isUser(user)) {
            return refused(endpoint.name(), "authentication failed");
        }
        if (withUser
                && (key == null
                        || !context.keys().isValid(key)
                        || !context.keys().allows(key, endpoint.name()))) {
            return refused(endpoint.name(), "authorization failed");
        }
        if (!context.keys().isValid(key)) {
            return refused(endpoint.name(), ApiKeys.NOT_VALID);
        }
        ObjectNode response = JsonNodes.object().put("success", true).put("ep_version", endpoint.version());
        response.put("client_session_auth_key", granted(endpoint.name()));
        if (withUser) {
            response.put("user", user);
        }
        return Response.json(200, response.put("key", key));
    }

    /** {@code /login}, for all endpoints: the endpoint and the key are parameters. */
    Reply shared(Request request) {
        JsonNode arguments = request.arguments();
        JsonNode key = arguments.path("key");
        String endpoint = arguments.path("endpoint_name").asText();
        if (context.endpoints().stream().noneMatch(offered -> offered.name().equals(endpoint))) {
            return refused(endpoint, "Unknown endpoint " + endpoint);
        }
        if (!context.keys().isValid(key.isTextual() ? key.textValue() : null)) {
            return refused(endpoint, ApiKeys.NOT_VALID);
        }
        return Response.json(200, JsonNodes.object().put("client_session_auth_key", granted(endpoint)));
    }

    private String granted(String endpoint) {
        context.requestLog().note("login", endpoint, "granted");
        context.metrics().count(ServerMetrics.Event.LOGIN);
        return context.sessions().open(endpoint);
    }

    private Response refused(String endpoint, String reason) {
        context.requestLog().note("login", endpoint, "refused: " + reason);
        context.metrics().count(ServerMetrics.Event.REFUSED_LOGIN);
        return Response.json(200, JsonNodes.object().put("success", false).put("error", reason));
    }
}
