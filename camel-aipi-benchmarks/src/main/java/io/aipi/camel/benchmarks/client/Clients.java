/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import io.aipi.camel.benchmarks.plan.ClientKind;
import io.aipi.camel.benchmarks.store.Repository;
import io.aipi.camel.benchmarks.telemetry.Telemetry;

/** Makes clients. */
final class Clients {

    private Clients() {}

    /** A started client, logged in. {@code database} is the URL of its database, null for one that has none. */
    static Client create(ClientKind kind, ServerSettings server, String database) throws Exception {
        return switch (kind) {
            case AIPI, AIPI_HELD -> new ComponentClient(server, kind.isHeld(), null);
            case AIPI_TELEMETRY -> new ComponentClient(server, kind.isHeld(), new Telemetry());
            case AIPI_STREAM -> new StreamingClient(server);
            case CAMEL_HTTP_POLL, CAMEL_HTTP_HELD -> new CamelHttpClient(server, kind.isHeld());
            case HTTPCOMPONENTS, HTTPCOMPONENTS_HELD -> new HttpComponentsClient(server, kind.isHeld());
            case JDK -> new JdkClient(server);
            case MEMORY -> new DetachedClient(server, null);
            case JDBC_POSTGRESQL, JDBC_H2, CAMEL_JDBC_POSTGRESQL, CAMEL_JDBC_H2 ->
                new DetachedClient(server, Repository.of(kind, database));
        };
    }
}
