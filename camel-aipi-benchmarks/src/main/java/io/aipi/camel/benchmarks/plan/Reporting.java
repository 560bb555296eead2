/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.plan;

/** What the server says of a job while it is computed. */
public enum Reporting {
    /** How many percent are done: an image endpoint. */
    PERCENT("image"),
    /** How many tokens there are, and the text so far: a chat endpoint. */
    TOKENS("chat"),
    /** Nothing but that it is being computed: a chat endpoint whose worker keeps silent. */
    NOTHING("chat");

    private final String endpoint;

    Reporting(String endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * The model endpoint of such jobs.
     *
     * @return its name
     */
    public String endpoint() {
        return endpoint;
    }
}
