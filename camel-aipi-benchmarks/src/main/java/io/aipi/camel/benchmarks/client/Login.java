/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;

/** How clients that are not the component log in: once, before anything is measured. */
final class Login {

    private Login() {}

    /** A session key. Fetched in a way that leaves neither a thread nor a connection behind. */
    static String at(ServerSettings server) throws IOException {
        URI uri = URI.create(server.submitUrl() + "/login?version=benchmark&key=none");
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setRequestProperty("Accept", "application/json");
        connection.setRequestProperty("Connection", "close");
        try (InputStream response = connection.getInputStream()) {
            return new ObjectMapper()
                    .readTree(response)
                    .required("client_session_auth_key")
                    .asText();
        } finally {
            connection.disconnect();
        }
    }
}
