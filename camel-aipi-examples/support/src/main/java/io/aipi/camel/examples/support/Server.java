/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.support;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A server, as the command line and the environment name it.
 *
 * @param url its URL
 * @param apiKey the key, null for none
 * @param user the name of the user, null for none
 */
public record Server(String url, String apiKey, String user) {

    private static final String COMPONENT = "camel.component.aipi.";

    /**
     * The server that the user has named: {@code -DserverUrl} or {@code AIPI_SERVER_URL}, {@code -DapiKey} or
     * {@code AIPI_API_KEY}, {@code -Duser} or {@code AIPI_USER}, or the component's own properties; empty for the simulator.
     */
    public static Optional<Server> named() {
        return setting("serverUrl", "server-url", "AIPI_SERVER_URL")
                .map(url -> new Server(
                        url,
                        setting("apiKey", "api-key", "AIPI_API_KEY").orElse(null),
                        setting("user", "user", "AIPI_USER").orElse(null)));
    }

    private static Optional<String> setting(String option, String componentOption, String variable) {
        return Start.setting(option)
                .or(() -> Start.setting(COMPONENT + componentOption))
                .or(() -> Start.setting(variable));
    }

    /** The component's properties for this server. */
    public Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(COMPONENT + "server-url", url);
        if (apiKey != null) {
            properties.put(COMPONENT + "api-key", apiKey);
        }
        if (user != null) {
            properties.put(COMPONENT + "user", user);
        }
        return properties;
    }

    /** Without the key. */
    @Override
    public String toString() {
        return url;
    }
}
