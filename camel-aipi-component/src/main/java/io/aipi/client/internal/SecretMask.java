/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import java.util.ArrayDeque;
import java.util.Deque;

/** Knows the keys in use and takes them out of texts that a server sent. */
public final class SecretMask {

    private static final int REMEMBERED = 8;

    /** What stands in place of a key, as elsewhere in Camel. */
    public static final String MASK = "xxxxxx";

    private final Deque<String> secrets = new ArrayDeque<>();
    private final String apiKey;

    /** {@code apiKey} may be null. */
    public SecretMask(String apiKey) {
        this.apiKey = apiKey;
    }

    /** A session key came into use. The last few are remembered: a late answer may quote an old one. */
    synchronized void remember(String sessionKey) {
        secrets.addFirst(sessionKey);
        if (secrets.size() > REMEMBERED) {
            secrets.removeLast();
        }
    }

    /** The text without keys; null for null. */
    synchronized String mask(String text) {
        if (text == null) {
            return null;
        }
        String masked = replace(text, apiKey);
        for (String secret : secrets) {
            masked = replace(masked, secret);
        }
        return masked;
    }

    private static String replace(String text, String secret) {
        // a key of one or two letters would make every text unreadable, and is none
        return secret == null || secret.length() < 3 ? text : text.replace(secret, MASK);
    }
}
