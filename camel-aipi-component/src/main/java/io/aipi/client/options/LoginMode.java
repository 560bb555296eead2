/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.options;

/** How a session key is obtained. The generations of the server differ in it. */
public enum LoginMode {
    /**
     * Finds out: tries {@link #SHARED} and, where the server answers 404 or 405, {@link #ENDPOINT}. What worked is
     * remembered for the server, so this costs one extra request at most.
     */
    AUTO,
    /** {@code POST /login} with a JSON body, as the protocol is documented. */
    SHARED,
    /** {@code GET /<endpoint>/login} with a query string, as served by AIME API Server 0.9. */
    ENDPOINT,
    /** No login: the API key goes with each submit. The server hands it on to its workers. */
    NONE
}
