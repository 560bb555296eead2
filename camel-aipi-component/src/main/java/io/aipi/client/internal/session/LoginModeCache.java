/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.session;

import io.aipi.client.options.LoginMode;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers which login mode a server turned out to have. */
public final class LoginModeCache {

    private final Map<URI, LoginMode> found = new ConcurrentHashMap<>();

    /** The route found earlier, {@link LoginMode#AUTO} if none was. */
    public LoginMode get(URI server) {
        return found.getOrDefault(server, LoginMode.AUTO);
    }

    public void put(URI server, LoginMode route) {
        found.put(server, route);
    }
}
