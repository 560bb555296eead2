/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import io.aipi.client.internal.http.TransportResponse;
import java.nio.charset.StandardCharsets;

/** Answers as the transport hands them over. */
final class Responses {

    private Responses() {}

    static TransportResponse of(String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        return new TransportResponse(200, "application/json", null, null, body, body.length);
    }
}
