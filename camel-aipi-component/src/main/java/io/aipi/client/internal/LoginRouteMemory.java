/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import io.aipi.client.LoginRoute;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers which login route a server turned out to have. */
public final class LoginRouteMemory {

    private final Map<URI, LoginRoute> found = new ConcurrentHashMap<>();

    /** The route found earlier, {@link LoginRoute#AUTO} if none was. */
    LoginRoute get(URI server) {
        return found.getOrDefault(server, LoginRoute.AUTO);
    }

    void put(URI server, LoginRoute route) {
        found.put(server, route);
    }
}
