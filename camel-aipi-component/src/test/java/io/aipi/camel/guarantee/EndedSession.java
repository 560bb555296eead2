/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import io.aipi.testsupport.HttpMessage;
import io.aipi.testsupport.ScriptedServer.Response;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * What a documented server answers whose first session has ended: it keeps whoever comes with the old key waiting until all
 * have come, and then refuses them all together.
 */
final class EndedSession implements Function<HttpMessage, Response> {

    private final CountDownLatch toCome;
    private final AtomicInteger logins = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();

    EndedSession(int expected) {
        toCome = new CountDownLatch(expected);
    }

    @Override
    public Response apply(HttpMessage request) {
        return switch (request.path()) {
            case "/login" -> Response.ok("{\"client_session_auth_key\":\"session-" + logins.incrementAndGet() + "\"}");
            case "/chat" -> submit(request);
            default -> Response.notFound();
        };
    }

    private Response submit(HttpMessage request) {
        if (!request.text().contains("session-1\"")) {
            return Response.ok(
                    "{\"success\":true,\"job_id\":\"JID" + accepted.incrementAndGet() + "\",\"text\":\"yes\"}");
        }
        toCome.countDown();
        try {
            if (!toCome.await(60, TimeUnit.SECONDS)) {
                return Response.json(500, "{\"success\":false,\"error\":[\"not all have come\"]}");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        refused.incrementAndGet();
        return Response.json(
                401, "{\"success\":false,\"error\":[\"Client session authentication key not registered\"]}");
    }

    int logins() {
        return logins.get();
    }

    int refused() {
        return refused.get();
    }

    int accepted() {
        return accepted.get();
    }
}
