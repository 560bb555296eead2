/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Tells what a file is from its first bytes: what a server or a file name claims may be wrong. */
public final class MediaTypes {

    /** The type of content that nothing is known of. */
    public static final String UNKNOWN = "application/octet-stream";

    /** As RFC 6838 has them: nothing in it that would lead elsewhere in a path or end a header. */
    private static final Pattern TYPE_NAME =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}");

    private MediaTypes() {}

    /** The media type that the content itself shows; empty for text and for kinds not known here. */
    public static Optional<String> detect(byte[] content) {
        for (Signature signature : Signature.values()) {
            if (signature.matches(content)) {
                return Optional.of(signature.mediaType);
            }
        }
        return Optional.empty();
    }

    /**
     * The media type of content for which a server has declared one. What the content shows counts; what is declared only
     * for content of an unknown kind, and only if it is the name of a type, and not of one that its content would show: a
     * type becomes a header and a part of file names.
     *
     * @param declared null for none
     */
    static String of(byte[] content, String declared) {
        return detect(content).orElseGet(() -> isBelievable(declared) ? declared.toLowerCase(Locale.ROOT) : UNKNOWN);
    }

    private static boolean isBelievable(String declared) {
        if (declared == null || !TYPE_NAME.matcher(declared).matches()) {
            return false;
        }
        // sounds of this type begin in more ways than are known here
        return "audio/mpeg".equalsIgnoreCase(declared)
                || Arrays.stream(Signature.values()).noneMatch(kind -> kind.mediaType.equalsIgnoreCase(declared));
    }

    /** The usual file name extension, without a dot. */
    public static String extension(String mediaType) {
        String bare = mediaType.toLowerCase(Locale.ROOT).split(";", 2)[0].trim();
        for (Signature signature : Signature.values()) {
            if (signature.mediaType.equals(bare)) {
                return signature.extension;
            }
        }
        return "bin";
    }

    @SuppressWarnings("ImmutableEnumChecker") // the array is never handed out
    private enum Signature {
        PNG("image/png", "png", 0, "\u0089PNG\r\n\u001a\n"),
        JPEG("image/jpeg", "jpg", 0, "\u00ff\u00d8\u00ff"),
        GIF("image/gif", "gif", 0, "GIF8"),
        WEBP("image/webp", "webp", 8, "WEBP"),
        TIFF_LITTLE("image/tiff", "tiff", 0, "II*\0"),
        TIFF_BIG("image/tiff", "tiff", 0, "MM\0*"),
        BMP("image/bmp", "bmp", 0, "BM") {
            @Override
            boolean matches(byte[] content) {
                // two letters are not enough: "BM" also begins texts; the reserved bytes of the header are zero
                return super.matches(content)
                        && content.length > 26
                        && content[6] == 0
                        && content[7] == 0
                        && content[8] == 0
                        && content[9] == 0;
            }
        },
        AVIF("image/avif", "avif", 4, "ftypavif"),
        WAV("audio/wav", "wav", 8, "WAVE"),
        FLAC("audio/flac", "flac", 0, "fLaC"),
        OGG("audio/ogg", "ogg", 0, "OggS"),
        MP3_TAGGED("audio/mpeg", "mp3", 0, "ID3"),
        MP3("audio/mpeg", "mp3", 0, "\u00ff\u00fb"),
        M4A("audio/mp4", "m4a", 4, "ftypM4A"),
        MP4("video/mp4", "mp4", 4, "ftyp"),
        WEBM("video/webm", "webm", 0, "\u001aE\u00df\u00a3"),
        PDF("application/pdf", "pdf", 0, "%PDF-");

        private final String mediaType;
        private final String extension;
        private final int offset;
        private final byte[] magic;

        Signature(String mediaType, String extension, int offset, String magic) {
            this.mediaType = mediaType;
            this.extension = extension;
            this.offset = offset;
            this.magic = magic.getBytes(StandardCharsets.ISO_8859_1);
        }

        boolean matches(byte[] content) {
            if (content.length < offset + magic.length) {
                return false;
            }
            for (int i = 0; i < magic.length; i++) {
                if (content[offset + i] != magic[i]) {
                    return false;
                }
            }
            return true;
        }
    }
}
