/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import io.aipi.client.internal.util.MediaTypes;
import io.aipi.client.model.Media;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Decodes the media in a response: data URIs, and bare base64 in the fields that the documents name for media. What such a
 * string is, its bytes say; the type that the server declares counts where they do not. What cannot be decoded is a text.
 *
 * <p>Base64 is decoded from where it stands: apart from the decoded bytes, nothing of its size is made of a response's bytes.
 * The benchmark's target for the allocation of the scenario {@code images} defends this: at most 2.5 times the decoded size.
 */
final class MediaDecoder {

    /** Fields whose strings are texts, whatever they look like. */
    private static final Set<String> TEXT_FIELDS = Set.of("text", "text_output");

    /** Fields whose strings are files even without a data-URI prefix, as the documents have them. */
    private static final Set<String> MEDIA_FIELDS =
            Set.of("image", "images", "progress_images", "audio", "audio_output", "video", "videos");

    private static final String DATA = "data:";
    private static final String BASE64 = ";base64";
    private static final int LONGEST_HEAD = 200;

    /** Takes keys out of what the server says. */
    private final UnaryOperator<String> clean;

    /** {@code clean} takes keys out of names and declared types. */
    MediaDecoder(UnaryOperator<String> clean) {
        this.clean = clean;
    }

    /** Whether the string that begins there is to be decoded, from its field and its first characters. */
    static boolean mayBeMedia(String name, byte[] body, int start, int end) {
        return isMedia(name, matches(body, start, end, DATA));
    }

    private static boolean isMedia(String name, boolean looksLikeIt) {
        return (looksLikeIt && !TEXT_FIELDS.contains(name)) || MEDIA_FIELDS.contains(name);
    }

    /** What a server calls a file may be anything, a key too. */
    String cleanType(String declared) {
        return declared == null || clean.apply(declared).equals(declared) ? declared : MediaTypes.UNKNOWN;
    }

    /** The media that the text is; null if it is none. */
    Media decode(String name, String text) {
        if (!isMedia(name, text.startsWith(DATA))) {
            return null;
        }
        byte[] ascii = ascii(text);
        int comma = dataUriComma(ascii, 0, ascii.length);
        String head = comma < 0 ? null : text.substring(0, comma);
        return media(name, head, ascii, comma + 1, withoutLineBreaks(ascii, comma + 1));
    }

    /** The media that the bytes between the two places are, if {@link #mayBeMedia} says so; null if they are none. */
    Media decode(String name, byte[] body, int start, int end) {
        int comma = dataUriComma(body, start, end);
        String head = comma < 0 ? null : new String(body, start, comma - start, StandardCharsets.US_ASCII);
        return media(name, head, body, comma < 0 ? start : comma + 1, end);
    }

    /** One byte for each character; what is not ASCII, and so not base64, is negative. */
    private static byte[] ascii(String text) {
        byte[] ascii = new byte[text.length()];
        for (int i = 0; i < ascii.length; i++) {
            char c = text.charAt(i);
            ascii[i] = c > 127 ? -1 : (byte) c;
        }
        return ascii;
    }

    /** Leaves line breaks and blanks out of what begins there; its new end. */
    private static int withoutLineBreaks(byte[] ascii, int from) {
        int to = from;
        for (int i = from; i < ascii.length; i++) {
            byte b = ascii[i];
            if (b != '\n' && b != '\r' && b != ' ') {
                ascii[to++] = b;
            }
        }
        return to;
    }

    /**
     * The media that the base64 between the two places stands for, null for none.
     *
     * @param head what its data URI has before the comma, null for bare base64
     */
    private Media media(String name, String head, byte[] base64, int from, int to) {
        byte[] bytes = bytes(base64, from, to);
        if (bytes == null) {
            return null;
        }
        if (head == null) {
            // a word may be base64 by chance; a file has a signature
            return MediaTypes.detect(bytes)
                    .map(type -> new Media(clean.apply(name), type, bytes))
                    .orElse(null);
        }
        return new Media(clean.apply(name), MediaTypes.of(bytes, cleanType(declaredType(head))), bytes);
    }

    private static String declaredType(String head) {
        String declared = head.substring(DATA.length(), head.length() - BASE64.length());
        return declared.split(";", 2)[0];
    }

    /** Where the comma of {@code data:TYPE;base64,} stands, -1 if the text is no such URI. */
    private static int dataUriComma(byte[] ascii, int start, int end) {
        if (!matches(ascii, start, end, DATA)) {
            return -1;
        }
        // media types are short: do not search a long text for its first comma
        for (int i = start + DATA.length(); i < Math.min(end, start + LONGEST_HEAD); i++) {
            if (ascii[i] == ',') {
                int mark = i - BASE64.length();
                return mark >= start + DATA.length() && matches(ascii, mark, end, BASE64) ? i : -1;
            }
        }
        return -1;
    }

    private static boolean matches(byte[] ascii, int from, int end, String word) {
        if (end - from < word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (ascii[from + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The bytes that the base64 between the two places stands for, null if it is not base64. */
    private static byte[] bytes(byte[] base64, int from, int to) {
        try {
            // of a buffer, a part is decoded as it stands, into an array that as a rule has the right size
            ByteBuffer decoded = Base64.getDecoder().decode(ByteBuffer.wrap(base64, from, to - from));
            byte[] bytes = decoded.array();
            return decoded.limit() == bytes.length ? bytes : Arrays.copyOf(bytes, decoded.limit());
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }
}
