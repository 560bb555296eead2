/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** Makes what a server said fit to be quoted: without the keys in use, which this class knows, and not endless. */
public final class SecretMask {

    private static final int REMEMBERED = 8;

    /** How much is quoted of a sentence, and of a worker's complaint, which may be a stack trace. */
    static final int QUOTED = 500;

    static final int QUOTED_COMPLAINT = 4_000;

    private static final String ELLIPSIS = "...";

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

    /**
     * What may be quoted of a text: without keys, only its beginning if it is long, and in one line, so that a server
     * cannot write lines of its own into a log; null for null.
     */
    String quote(String text) {
        return withoutControls(cut(mask(text), QUOTED), "");
    }

    /** As {@link #quote}, for a worker's complaint, which keeps its lines. */
    String quoteComplaint(String text) {
        return withoutControls(cut(mask(text), QUOTED_COMPLAINT), "\n\t");
    }

    /** A terminal that shows a log obeys some control characters. */
    private static String withoutControls(String text, String kept) {
        if (text == null || text.chars().noneMatch(c -> isControl(c, kept))) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text);
        for (int i = 0; i < plain.length(); i++) {
            if (isControl(plain.charAt(i), kept)) {
                plain.setCharAt(i, ' ');
            }
        }
        return plain.toString();
    }

    private static boolean isControl(int c, String kept) {
        boolean control = Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
        return control && kept.indexOf(c) < 0;
    }

    private static String cut(String text, int length) {
        if (text == null || text.length() <= length) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
        return text.substring(0, end) + ELLIPSIS;
    }

    /** The text without keys, as long as it is; null for null. */
    synchronized String mask(String text) {
        if (text == null) {
            return null;
        }
        String masked = text;
        for (String secret : longestFirst()) {
            masked = replace(masked, secret);
        }
        return masked;
    }

    /** A key may contain another one: were the shorter one taken out first, the rest of the longer one would show. */
    private List<String> longestFirst() {
        return Stream.concat(Stream.ofNullable(apiKey), secrets.stream())
                // a key goes out in queries too, and a server may quote the URL
                .flatMap(secret -> Stream.of(secret, HttpCall.encode(secret)))
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    private static String replace(String text, String secret) {
        // a key of one or two letters would make every text unreadable, and is none
        return secret.length() < 3 ? text : text.replace(secret, MASK);
    }
}
