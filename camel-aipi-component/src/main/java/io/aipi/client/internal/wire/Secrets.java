/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds secrets in texts, as they are and as others write them: percent-encoded, escaped for HTML or JSON, or as Python's
 * {@code repr()}, wholly or in part, and more than once over.
 *
 * <p>Nearly every text has none, and is read once whatever the number of secrets: each secret has four characters that all
 * its forms have, and only a text with such four is examined again.
 */
final class Secrets {

    /** A shorter one stands in any text. */
    static final int SHORTEST = 4;

    static final Secrets NONE = new Secrets(Map.of());

    private static final int MARK_LENGTH = 4;

    /** Some, since what is escaped may have been escaped before; not any number, which a server could make costly. */
    private static final String BACKSLASHES = "\\\\{1,8}";

    /** In the order in which they are to be taken out. */
    private final Map<String, Secret> secrets;

    /** The marks, hashed; a power of two in length, and at most a quarter full. Zero is no mark. */
    private final long[] marks;

    private final int shift;
    private final int shortest;
    /** Whether there is a secret without four characters that no form changes. */
    private final boolean hasUnmarked;

    private Secrets(Map<String, Secret> secrets) {
        this.secrets = secrets;
        int bits = 64 - Long.numberOfLeadingZeros(Math.max(4, secrets.size()) * 4L);
        marks = new long[1 << bits];
        shift = 64 - bits;
        shortest = secrets.keySet().stream().mapToInt(String::length).min().orElse(Integer.MAX_VALUE);
        boolean unmarked = false;
        for (Secret secret : secrets.values()) {
            if (secret.mark == 0) {
                unmarked = true;
            } else {
                put(secret.mark);
            }
        }
        hasUnmarked = unmarked;
    }

    /** These secrets, in this order. */
    Secrets with(List<String> all) {
        Map<String, Secret> next = new LinkedHashMap<>();
        for (String text : all) {
            if (text.length() >= SHORTEST) {
                Secret known = secrets.get(text);
                next.put(text, known != null ? known : new Secret(text));
            }
        }
        return new Secrets(next);
    }

    private void put(long mark) {
        int slot = slot(mark);
        while (marks[slot] != 0 && marks[slot] != mark) {
            slot = (slot + 1) & (marks.length - 1);
        }
        marks[slot] = mark;
    }

    private int slot(long mark) {
        return (int) ((mark * 0x9E3779B97F4A7C15L) >>> shift);
    }

    /** The text with {@link SecretRedactor#MASK} in the place of each secret; the same one if it has none. */
    String mask(String text) {
        if (text.length() < shortest || !mayHaveOne(text)) {
            return text;
        }
        String masked = text;
        for (Secret secret : secrets.values()) {
            masked = secret.mask(masked);
        }
        return masked;
    }

    private boolean mayHaveOne(String text) {
        if (hasUnmarked) {
            return true;
        }
        long window = 0;
        for (int i = 0; i < text.length(); i++) {
            window = window << 16 | text.charAt(i);
            int slot = slot(window);
            while (marks[slot] != 0) {
                if (marks[slot] == window) {
                    return true;
                }
                slot = (slot + 1) & (marks.length - 1);
            }
        }
        return false;
    }

    private static boolean isPlain(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '_'
                || c == '.';
    }

    /** One secret. */
    private static final class Secret {

        private final String text;
        /** Null for one that is written in one way only. */
        private final Pattern forms;
        /** Four characters of each form, 0 if there are none. */
        private final long mark;

        Secret(String text) {
            this.text = text;
            boolean plain = text.chars().allMatch(c -> isPlain((char) c));
            forms = plain ? null : Pattern.compile(forms(text));
            mark = mark(text);
        }

        /** The first four characters in a row that no form changes. */
        private static long mark(String text) {
            long window = 0;
            int length = 0;
            for (int i = 0; i < text.length(); i++) {
                length = isPlain(text.charAt(i)) ? length + 1 : 0;
                window = window << 16 | text.charAt(i);
                if (length == MARK_LENGTH) {
                    return window;
                }
            }
            return 0;
        }

        String mask(String from) {
            return forms == null
                    ? from.replace(text, SecretRedactor.MASK)
                    : forms.matcher(from).replaceAll(Matcher.quoteReplacement(SecretRedactor.MASK));
        }

        private static String forms(String text) {
            return text.codePoints().mapToObj(Secret::forms).collect(Collectors.joining());
        }

        /** Each way in which a character may be written. What is escaped may have been escaped before. */
        private static String forms(int c) {
            String raw = Character.toString(c);
            if (raw.length() == 1 && isPlain(raw.charAt(0))) {
                return Pattern.quote(raw);
            }
            String percent = bytes(raw, b -> "%(?:25){0,3}" + hex(b, 2));
            String ampersand = "&(?:amp;){0,3}";
            String html = ampersand + "#0{0,6}" + c + ";|" + ampersand + "#[xX]0{0,6}" + hex(c, 1) + ";";
            String name = HTML_NAMES.get(c);
            if (name != null) {
                html += "|" + ampersand + name + ";";
            }
            String json = raw.chars()
                    .mapToObj(unit -> BACKSLASHES + "u" + hex(unit, 4))
                    .collect(Collectors.joining());
            String python = bytes(raw, b -> BACKSLASHES + "x" + hex(b, 2)) + "|" + BACKSLASHES + "U" + hex(c, 8);
            if (c < 0x100) {
                python += "|" + BACKSLASHES + "x" + hex(c, 2);
            }
            return "(?:" + String.join("|", percent, html, json, python, itself(c)) + ")";
        }

        private static String itself(int c) {
            return switch (c) {
                case '\\' -> BACKSLASHES;
                case '"', '\'', '/' -> "\\\\{0,8}" + (char) c;
                case '&' -> "&(?:amp;){0,3}";
                case ' ' -> "[ +]";
                case '\t' -> "\\t|" + BACKSLASHES + "t";
                case '\n' -> "\\n|" + BACKSLASHES + "n";
                case '\r' -> "\\r|" + BACKSLASHES + "r";
                default -> Pattern.quote(Character.toString(c));
            };
        }

        private static final Map<Integer, String> HTML_NAMES = Map.of(
                (int) '<',
                "lt",
                (int) '>',
                "gt",
                (int) '"',
                "quot",
                (int) '\'',
                "apos",
                (int) '+',
                "plus",
                (int) '=',
                "equals",
                (int) '/',
                "sol");

        private static String bytes(String text, Function<Integer, String> form) {
            StringBuilder all = new StringBuilder();
            for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
                all.append(form.apply(b & 0xff));
            }
            return all.toString();
        }

        /** The number in hexadecimal digits of either case. */
        private static String hex(int number, int digits) {
            StringBuilder either = new StringBuilder();
            for (char digit : String.format("%0" + digits + "x", number).toCharArray()) {
                either.append(Character.isDigit(digit) ? "" + digit : "[" + digit + Character.toUpperCase(digit) + "]");
            }
            return either.toString();
        }
    }
}
