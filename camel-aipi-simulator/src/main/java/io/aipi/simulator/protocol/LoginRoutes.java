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
import io.aipi.simulator.job.Tally;

/** All ways to log in. A refusal is HTTP 200 with {@code success: false}. */
record LoginRoutes(Site site) {

    /** {@code GET|POST /<endpoint>/login?[user=..&]key=..}: only the query is read, whatever the body says. */
    Reply atEndpoint(ModelEndpoint endpoint, Request request) {
        String user = request.query().get("user");
        String key = request.query().get("key");
        boolean withUser = site.dialect().login() == Dialect.Login.USER_AND_KEY;
        if (withUser && !site.keys().isUser(user)) {
            return refused(endpoint.name(), "authentication failed");
        }
        if (withUser
                && (key == null || !site.keys().isValid(key) || !site.keys().allows(key, endpoint.name()))) {
            return refused(endpoint.name(), "authorization failed");
        }
        if (!site.keys().isValid(key)) {
            return refused(endpoint.name(), ApiKeys.NOT_VALID);
        }
        ObjectNode answer = WireJson.object().put("success", true).put("ep_version", endpoint.version());
        answer.put("client_session_auth_key", granted(endpoint.name()));
        if (withUser) {
            answer.put("user", user);
        }
        return Answer.json(200, answer.put("key", key));
    }

    /** {@code /login}, for all endpoints: the endpoint and the key are parameters. */
    Reply shared(Request request) {
        JsonNode arguments = request.arguments();
        JsonNode key = arguments.path("key");
        String endpoint = arguments.path("endpoint_name").asText();
        if (site.endpoints().stream().noneMatch(offered -> offered.name().equals(endpoint))) {
            return refused(endpoint, "Unknown endpoint " + endpoint);
        }
        if (!site.keys().isValid(key.isTextual() ? key.textValue() : null)) {
            return refused(endpoint, ApiKeys.NOT_VALID);
        }
        return Answer.json(200, WireJson.object().put("client_session_auth_key", granted(endpoint)));
    }

    private String granted(String endpoint) {
        site.journal().note("login", endpoint, "granted");
        site.tally().count(Tally.Event.LOGIN);
        return site.sessions().open(endpoint);
    }

    private Answer refused(String endpoint, String reason) {
        site.journal().note("login", endpoint, "refused: " + reason);
        site.tally().count(Tally.Event.REFUSED_LOGIN);
        return Answer.json(200, WireJson.object().put("success", false).put("error", reason));
    }
}
