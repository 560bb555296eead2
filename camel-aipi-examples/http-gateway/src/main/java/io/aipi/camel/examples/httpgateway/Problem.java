/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import java.util.LinkedHashMap;
import java.util.Map;

/** A request that is answered with an error of its sender's. */
final class Problem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;

    Problem(int status, String detail) {
        super(detail);
        this.status = status;
    }

    int status() {
        return status;
    }

    static Problem notFound() {
        return new Problem(404, "There is no such job. It may have expired.");
    }

    static Problem unsupported(String contentType, String supported) {
        return new Problem(
                415,
                "The content type " + contentType + " is not read here; send " + supported
                        + ". (curl sends a form unless it is told otherwise: -H 'Content-Type: text/plain')");
    }

    /** The body of the answer, of type {@link #MEDIA_TYPE}. */
    String toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("status", status);
        json.put("title", Problems.title(status));
        json.put("detail", getMessage());
        return Json.write(json);
    }

    /** RFC 9457. */
    static final String MEDIA_TYPE = "application/problem+json";
}
