/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import io.aipi.client.internal.util.Texts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes the keys in use out of whatever a server said, in whatever form it wrote them, and makes texts fit to be quoted.
 *
 * <p>One mask for each server: what one server calls a key must not be taken out of the texts of another one.
 */
public final class SecretRedactor {

    /** The present session keys and the last before them are remembered: a late response may have an old one. */
    private static final int REMEMBERED = 1_000;

    /** A server shows few keys of its workers. One that shows many makes them up. */
    private static final int WORKER_KEYS = 100;

    /** A worker's key is named by the server. A short one could be any word. */
    private static final int SHORTEST_WORKER_KEY = 8;

    /** How much is quoted of a worker's complaint, which may be a stack trace. */
    public static final int QUOTED_COMPLAINT = 4_000;

    /** What stands in place of a key, as elsewhere in Camel. */
    public static final String MASK = "xxxxxx";

    /** What stands in place of half a character. */
    private static final char REPLACEMENT = '\uFFFD';

    /** How many hold each secret. */
    private final Map<String, Integer> held = new HashMap<>();

    private final Map<String, Boolean> recent = new Newest(REMEMBERED);
    private final Map<String, Boolean> workerKeys = new Newest(WORKER_KEYS);
    private volatile Secrets secrets = Secrets.NONE;

    /** {@code secret} may be null. */
    public SecretRedactor(String secret) {
        hold(secret);
    }

    /** Whoever uses the secret holds it: an API key, the password of a proxy. Null and an empty one are none. */
    public synchronized void hold(String secret) {
        if (secret != null && !secret.isEmpty() && held.merge(secret, 1, Integer::sum) == 1) {
            rebuild();
        }
    }

    /** One of those that hold it uses it no more. */
    public synchronized void release(String secret) {
        if (secret != null
                && held.containsKey(secret)
                && held.computeIfPresent(secret, (same, users) -> users == 1 ? null : users - 1) == null) {
            remember(secret);
        }
    }

    /** A session key came into use. */
    public synchronized void remember(String sessionKey) {
        if (recent.put(sessionKey, true) == null) {
            rebuild();
        }
    }

    /**
     * The server has shown a key of a worker.
     *
     * @return whether it was not known
     */
    synchronized boolean learn(String workerKey) {
        boolean isKey = workerKey.length() >= SHORTEST_WORKER_KEY && workerKey.length() <= ResponseMapper.LONGEST_ID;
        if (!isKey || workerKeys.put(workerKey, true) != null) {
            return false;
        }
        rebuild();
        return true;
    }

    private void rebuild() {
        List<String> all = new ArrayList<>(held.keySet());
        all.addAll(recent.keySet());
        all.addAll(workerKeys.keySet());
        // a key may contain another one: were the shorter one taken out first, the rest of the longer one would show
        all.sort(Comparator.comparingInt(String::length).reversed());
        secrets = secrets.with(all);
    }

    /** The text without keys and without half characters, as long as it is; null for null. The same one if it has none. */
    String clean(String text) {
        return withoutHalves(mask(text));
    }

    /** The text without keys, as long as it is; null for null. */
    public String mask(String text) {
        return text == null ? null : secrets.mask(text);
    }

    /** A surrogate without its other half is no character: files, databases and sockets refuse the whole text for it. */
    private static String withoutHalves(String text) {
        if (text == null) {
            return null;
        }
        StringBuilder whole = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            if (whole == null) {
                whole = new StringBuilder(text);
            }
            whole.setCharAt(i, REPLACEMENT);
        }
        return whole == null ? text : whole.toString();
    }

    /**
     * What may be quoted of a text: without keys, only its beginning if it is long, and in one line, so that a server
     * cannot write lines of its own into a log; null for null.
     */
    public String sanitize(String text) {
        return Texts.inOneLine(clean(text));
    }

    /** As {@link #sanitize}, for a worker's complaint, which keeps its lines. */
    public String sanitizeComplaint(String text) {
        return Texts.withoutControls(Texts.cut(clean(text), QUOTED_COMPLAINT), "\n\t");
    }

    /** Whether {@link #clean} has put something into the text. */
    static boolean wasCleaned(String text) {
        return text.contains(MASK) || text.indexOf(REPLACEMENT) >= 0;
    }

    /** A bounded set of texts: the one that was put in longest ago goes first. */
    private static final class Newest extends LinkedHashMap<String, Boolean> {

        private static final long serialVersionUID = 1L;

        private final int bound;

        Newest(int bound) {
            super(16, 0.75f, true);
            this.bound = bound;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > bound;
        }
    }
}
