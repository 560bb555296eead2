/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The session keys that the server has given out. There is no logout. */
public final class Sessions {

    /** For each key the endpoint of its login. */
    private final Map<String, String> endpointsByKey = new ConcurrentHashMap<>();

    String open(String endpoint) {
        String key = UUID.randomUUID().toString();
        endpointsByKey.put(key, endpoint);
        return key;
    }

    boolean knows(String key) {
        return endpointsByKey.containsKey(key);
    }

    boolean belongsTo(String key, String endpoint) {
        return endpoint.equals(endpointsByKey.get(key));
    }

    /**
     * The keys that are good now.
     *
     * @return a copy
     */
    public Set<String> keys() {
        return Set.copyOf(endpointsByKey.keySet());
    }

    /** Forgets all session keys. */
    public void expireAll() {
        endpointsByKey.clear();
    }
}
