/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The session keys that the server has given out. They are good for every endpoint, and there is no logout. */
public final class Sessions {

    private final Set<String> keys = ConcurrentHashMap.newKeySet();

    String open() {
        String key = UUID.randomUUID().toString();
        keys.add(key);
        return key;
    }

    boolean knows(String key) {
        return keys.contains(key);
    }

    /**
     * The keys that are good now.
     *
     * @return a copy
     */
    public Set<String> keys() {
        return Set.copyOf(keys);
    }

    /** Forgets all session keys. */
    public void expireAll() {
        keys.clear();
    }
}
