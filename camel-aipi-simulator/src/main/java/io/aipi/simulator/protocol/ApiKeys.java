/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import java.util.Map;
import java.util.Set;

/** The API keys and users that the server knows. Safe for all threads. */
public final class ApiKeys {

    static final String NOT_VALID = "Key not valid";

    private final Map<String, Set<String>> endpointsByKey;
    private final Set<String> users;
    private volatile boolean revoked;

    /**
     * Copies both.
     *
     * @param endpointsByKey for each key the endpoints it is good for, none for all; without any key every key is valid
     * @param users the users, where the server asks for one; without any every user is valid
     */
    public ApiKeys(Map<String, Set<String>> endpointsByKey, Set<String> users) {
        this.endpointsByKey = Map.copyOf(endpointsByKey);
        this.users = Set.copyOf(users);
    }

    /**
     * Makes all keys invalid, or valid again.
     *
     * @param all whether no key is valid
     */
    public void setRevoked(boolean all) {
        revoked = all;
    }

    /** Whether a key is valid; null is, where the server accepts everybody. */
    boolean isValid(String key) {
        return !revoked && (endpointsByKey.isEmpty() || (key != null && endpointsByKey.containsKey(key)));
    }

    /** Whether somebody is a user; null, nobody, never is. */
    boolean isUser(String name) {
        return name != null && (users.isEmpty() || users.contains(name));
    }

    boolean allows(String key, String endpoint) {
        Set<String> endpoints = endpointsByKey.getOrDefault(key, Set.of());
        return endpoints.isEmpty() || endpoints.contains(endpoint);
    }

    @Override
    public String toString() {
        return endpointsByKey.size() + " API keys";
    }
}
