/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.util;

import java.util.Collection;
import java.util.UUID;
import java.util.stream.Collectors;

/** Texts that come from anywhere, made fit for JSON, for a message or for a log. */
public final class Texts {

    /** How much of a text is quoted in one line. */
    public static final int QUOTED = 500;

    private static final String ELLIPSIS = "...";

    /** How many fields are named in a message, and how much of each name. */
    private static final int NAMED = 20;

    private static final int LONGEST_NAMED = 60;

    private static final char REPLACEMENT = '\ufffd';

    private Texts() {}

    /**
     * The text of a name in a map: that of a text, a number, a truth value or a constant.
     *
     * @throws IllegalArgumentException for another one
     */
    public static String parameterName(Object key) {
        if (key instanceof CharSequence text) {
            return wellFormed(text.toString());
        }
        if (key instanceof Enum<?> constant) {
            return constant.name();
        }
        if (key instanceof Number || key instanceof Boolean || key instanceof Character || key instanceof UUID) {
            return key.toString();
        }
        throw new IllegalArgumentException(
                key == null
                        ? "A parameter has no name: a key of the map is null"
                        : "A parameter's name must be text, but is a "
                                + key.getClass().getName());
    }

    /** Half of a character beyond the first 65,536, which no encoding has, becomes U+FFFD, as encoders do it. */
    public static String wellFormed(String text) {
        StringBuilder changed = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            changed = changed == null ? new StringBuilder(text) : changed;
            changed.setCharAt(i, REPLACEMENT);
        }
        return changed == null ? text : changed.toString();
    }

    /** Names of fields, fit for a message: in one line, and not endless. */
    public static String names(Collection<String> fields) {
        String named = fields.stream()
                .limit(NAMED)
                .map(name -> inOneLine(name, LONGEST_NAMED))
                .collect(Collectors.joining(", "));
        return fields.size() > NAMED ? named + " and " + (fields.size() - NAMED) + " more" : named;
    }

    /**
     * The text in one line, and only its beginning if it is long: for a header, a log or a message; null for null. Keys are
     * not looked for.
     */
    public static String inOneLine(String text) {
        return inOneLine(text, QUOTED);
    }

    /** As {@link #inOneLine(String)}, of this length at most. */
    public static String inOneLine(String text, int length) {
        return withoutControls(cut(text, length), "");
    }

    /** Whether the text is in one line and has nothing in it that a terminal obeys. */
    public static boolean isInOneLine(String text) {
        return firstControl(text, "") < 0;
    }

    /** A terminal that shows a log obeys some control characters; those in {@code kept} stay. */
    public static String withoutControls(String text, String kept) {
        int first = text == null ? -1 : firstControl(text, kept);
        if (first < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text);
        for (int i = first; i < plain.length(); i++) {
            if (isControl(plain.charAt(i), kept)) {
                plain.setCharAt(i, ' ');
            }
        }
        return plain.toString();
    }

    private static int firstControl(String text, String kept) {
        for (int i = 0; i < text.length(); i++) {
            if (isControl(text.charAt(i), kept)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isControl(char c, String kept) {
        boolean control = Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
        return control && kept.indexOf(c) < 0;
    }

    /** The beginning of a longer text. */
    public static String cut(String text, int length) {
        if (text == null || text.length() <= length) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
        return text.substring(0, end) + ELLIPSIS;
    }
}
