/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import io.aipi.simulator.protocol.Dialect;
import io.aipi.simulator.protocol.DocumentedDialect;
import io.aipi.simulator.protocol.FormerDialect;
import io.aipi.simulator.protocol.ServedDialect;

/** A generation of AIPI servers. */
@SuppressWarnings("ImmutableEnumChecker") // dialects have no state
public enum Generation {

    /**
     * As the "HTTP API Client Interface" documents it: {@code POST /login} with the endpoint that the session
     * key is good for, the parameter {@code prompt}, job ids that begin with {@code JID1} at each start, no
     * {@code /api} routes, progress in the response that brings the result, images as bare base64.
     */
    DOCUMENTED(new DocumentedDialect()),

    /**
     * As AIME API Server 0.9.0 serves it: {@code /<endpoint>/login?user=&key=}, no {@code /api} routes, a session key
     * that is good for submits to the endpoint of its login only and is asked for in progress requests, job ids that
     * begin with {@code JID1} at each start.
     */
    SERVED_0_9_0(new FormerDialect()),

    /**
     * As AIME API Server 0.9.6 serves it: {@code /<endpoint>/login?key=}, {@code /api} routes, no progress in the
     * response that brings the result, images as data URIs.
     */
    SERVED(new ServedDialect());

    private final Dialect dialect;

    Generation(Dialect dialect) {
        this.dialect = dialect;
    }

    Dialect dialect() {
        return dialect;
    }
}
