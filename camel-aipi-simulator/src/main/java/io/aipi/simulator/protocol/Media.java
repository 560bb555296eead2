/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;

/** What the server makes of an image or audio input. */
enum Media {
    /** Not a data URI: the recorded server waits for ever for somebody to tell it the format. */
    WITHOUT_PREFIX,
    /** A data URI of something that is neither an image nor sound. */
    UNREADABLE,
    /** Good. Whether the format is the one the prefix says does not matter. */
    KNOWN_FORMAT;

    private static final String[] SIGNATURES = {
        "\u0089PNG", "\u00ff\u00d8\u00ff", "GIF8", "BM", "RIFF", "II*\0", "MM\0*", "OggS", "fLaC", "ID3", "\u00ff\u00fb"
    };

    static Media of(String value) {
        int comma = value.indexOf(',');
        if (!value.startsWith("data:") || comma < 0) {
            return WITHOUT_PREFIX;
        }
        return startsWithSignature(value.substring(comma + 1, Math.min(value.length(), comma + 17)))
                ? KNOWN_FORMAT
                : UNREADABLE;
    }

    private static boolean startsWithSignature(String base64) {
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(base64);
            String start = new String(bytes, StandardCharsets.ISO_8859_1);
            return Stream.of(SIGNATURES).anyMatch(start::startsWith);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
