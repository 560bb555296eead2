/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names that others have given, as every database stores them. */
final class Names {

    /** Before the digest in a key. */
    private static final String DIGEST = "#sha256:";

    private Names() {}

    /**
     * A name as text: itself, unless it has characters that some databases refuse, a space at its end, which some do not
     * compare, or a backslash. Then each of these is a backslash and four hexadecimal digits.
     */
    static String encode(String name) {
        if (name == null || (name.indexOf('\\') < 0 && isComparable(name))) {
            return name;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char unit = name.charAt(i);
            boolean isLastSpace = unit == ' ' && i == name.length() - 1;
            if (unit == '\\' || unit == 0 || isLastSpace || Character.isSurrogate(unit)) {
                text.append('\\').append(String.format("%04x", (int) unit));
            } else {
                text.append(unit);
            }
        }
        return text.toString();
    }

    /** What was encoded. */
    static String decode(String text) {
        if (text == null || text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                name.append((char) Integer.parseInt(text.substring(i + 1, i + 5), 16));
                i += 4;
            } else {
                name.append(text.charAt(i));
            }
        }
        return name.toString();
    }

    /**
     * A name as a key of this length: itself, but for one that is too long, that some databases refuse, that ends with a
     * space, which some do not compare, or that looks like the key of another one. These are their beginnings and digests.
     */
    static String key(String name, int length) {
        if (name.length() <= length && isComparable(name) && !name.contains(DIGEST)) {
            return name;
        }
        String digest = DIGEST + digest(encode(name));
        String beginning = encode(name.substring(0, Math.min(name.length(), length)));
        return beginning.substring(0, wholePairs(beginning, Math.min(beginning.length(), length - digest.length())))
                + digest;
    }

    /** Not in the middle of a pair. */
    private static int wholePairs(String text, int length) {
        return length > 0 && Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
    }

    /** By every database. */
    private static boolean isComparable(String name) {
        return name.indexOf('\0') < 0 && !name.endsWith(" ") && JsonEncoder.isUnicode(name);
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            // every Java has it
            throw new IllegalStateException(e);
        }
    }
}
