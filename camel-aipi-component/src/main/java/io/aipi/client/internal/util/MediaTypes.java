/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.util;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Tells what a file is from its first bytes: what a server or a file name claims may be wrong. */
public final class MediaTypes {

    /** The type of content that nothing is known of. */
    public static final String UNKNOWN = "application/octet-stream";

    /** As RFC 6838 has them: nothing in it that would lead elsewhere in a path or end a header. */
    private static final Pattern TYPE_NAME =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}");

    private static final Set<String> AVIF_BRANDS = Set.of("avif", "avis");
    private static final Set<String> HEIC_BRANDS =
            Set.of("heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs");
    private static final Set<String> IMAGE_BRANDS = Set.of("mif1", "mif2", "msf1");
    private static final Set<String> SOUND_BRANDS = Set.of("M4A ", "M4B ", "M4P ", "F4A ", "F4B ");
    private static final Pattern PDF_BEGIN = Pattern.compile("%PDF-\\d\\.\\d\\s?");
    private static final int ESCAPE = 0x1b;
    private static final int LAYER_III = 0x02;
    private static final int RESERVED_VERSION = 0x08;

    private MediaTypes() {}

    /**
     * The media type that the content itself shows; empty for text and for kinds not known here. Some kinds begin with
     * letters, as a text may: content counts as one of these only if there is a byte in it that stands in no text.
     */
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
    public static String of(byte[] content, String declared) {
        return detect(content).orElseGet(() -> isBelievable(declared) ? declared.toLowerCase(Locale.ROOT) : UNKNOWN);
    }

    private static boolean isBelievable(String declared) {
        if (declared == null || !TYPE_NAME.matcher(declared).matches()) {
            return false;
        }
        // sounds of these types begin in more ways than are known here
        return Set.of("audio/mpeg", "audio/aac").contains(declared.toLowerCase(Locale.ROOT))
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

    /** Whether there is a byte that stands in no text, whatever its character set: a control character. */
    private static boolean hasByteOfNoText(byte[] content) {
        for (byte b : content) {
            boolean control = b >= 0 && b < ' ';
            boolean ofText = b == '\t' || b == '\n' || b == '\f' || b == '\r' || b == ESCAPE;
            if (control && !ofText) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(byte[] content, int offset, String letters) {
        if (content.length < offset + letters.length()) {
            return false;
        }
        for (int i = 0; i < letters.length(); i++) {
            if (content[offset + i] != (byte) letters.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The first one that matches tells the type, so that special kinds stand before general ones. */
    private enum Signature {
        PNG("image/png", "png", content -> has(content, 0, "\u0089PNG\r\n\u001a\n")),
        JPEG("image/jpeg", "jpg", content -> has(content, 0, "\u00ff\u00d8\u00ff")),
        GIF("image/gif", "gif", notText(content -> has(content, 0, "GIF87a") || has(content, 0, "GIF89a"))),
        WEBP("image/webp", "webp", notText(content -> isRiff(content, "WEBP"))),
        TIFF("image/tiff", "tiff", content -> has(content, 0, "II*\0") || has(content, 0, "MM\0*")),
        BMP("image/bmp", "bmp", MediaTypes::isBitmap),
        AVIF("image/avif", "avif", content -> isBox(content, AVIF_BRANDS) || isImageBoxWith(content, AVIF_BRANDS)),
        HEIC("image/heic", "heic", content -> isBox(content, HEIC_BRANDS) || isBox(content, IMAGE_BRANDS)),
        WAV("audio/wav", "wav", notText(content -> isRiff(content, "WAVE"))),
        FLAC("audio/flac", "flac", notText(content -> has(content, 0, "fLaC"))),
        OGG("audio/ogg", "ogg", content -> has(content, 0, "OggS\0")),
        MP3_TAGGED("audio/mpeg", "mp3", MediaTypes::isTagged),
        MP3("audio/mpeg", "mp3", MediaTypes::isMp3Frame),
        AAC("audio/aac", "aac", MediaTypes::isAacFrame),
        AIFF(
                "audio/aiff",
                "aiff",
                notText(content -> has(content, 0, "FORM") && (has(content, 8, "AIFF") || has(content, 8, "AIFC")))),
        M4A("audio/mp4", "m4a", content -> isBox(content, SOUND_BRANDS)),
        QUICKTIME("video/quicktime", "mov", content -> isBox(content, Set.of("qt  "))),
        MP4("video/mp4", "mp4", MediaTypes::isBox),
        AVI("video/x-msvideo", "avi", notText(content -> isRiff(content, "AVI "))),
        WEBM("video/webm", "webm", content -> has(content, 0, "\u001aE\u00df\u00a3")),
        PDF("application/pdf", "pdf", MediaTypes::isPdf);

        private final String mediaType;
        private final String extension;

        @SuppressWarnings("ImmutableEnumChecker") // a function of the content alone
        private final Predicate<byte[]> shows;

        Signature(String mediaType, String extension, Predicate<byte[]> shows) {
            this.mediaType = mediaType;
            this.extension = extension;
            this.shows = shows;
        }

        boolean matches(byte[] content) {
            return shows.test(content);
        }

        private static Predicate<byte[]> notText(Predicate<byte[]> letters) {
            return letters.and(MediaTypes::hasByteOfNoText);
        }
    }

    private static boolean isRiff(byte[] content, String kind) {
        return has(content, 0, "RIFF") && has(content, 8, kind);
    }

    /** Two letters are not enough: texts begin with them, too. The reserved bytes of the header are zero. */
    private static boolean isBitmap(byte[] content) {
        return has(content, 0, "BM") && content.length > 26 && has(content, 6, "\0\0\0\0");
    }

    /** ID3 with its version, which is no letter, and a size of four times seven bits. */
    private static boolean isTagged(byte[] content) {
        return has(content, 0, "ID3")
                && content.length >= 10
                && content[3] >= 2
                && content[3] <= 4
                && content[4] != -1
                && (content[6] | content[7] | content[8] | content[9]) >= 0;
    }

    /** Layer III of MPEG 1, 2 or 2.5, with a bit rate and a sample rate that there are. */
    private static boolean isMp3Frame(byte[] content) {
        return isFrame(content, LAYER_III) && (content[2] & 0xf0) != 0xf0 && (content[2] & 0x0c) != 0x0c;
    }

    /** ADTS, whose layer is always zero, with a sampling frequency that there is. */
    private static boolean isAacFrame(byte[] content) {
        return isFrame(content, 0) && (content[1] & 0xf0) == 0xf0 && (content[2] & 0x3c) < 13 << 2;
    }

    private static boolean isFrame(byte[] content, int layer) {
        return content.length >= 3
                && content[0] == -1
                && (content[1] & 0xe0) == 0xe0
                && (content[1] & 0x06) == layer
                && (content[1] & 0x18) != RESERVED_VERSION;
    }

    /** A box of the type {@code ftyp} with its length, as files of the MP4 family begin. */
    private static boolean isBox(byte[] content) {
        return has(content, 4, "ftyp") && content.length >= 12 && has(content, 0, "\0\0") && boxLength(content) >= 12;
    }

    private static boolean isBox(byte[] content, Set<String> brands) {
        return isBox(content) && brands.contains(brand(content, 8));
    }

    /** A still picture in the general container, which names its coding among the brands that it is compatible with. */
    private static boolean isImageBoxWith(byte[] content, Set<String> brands) {
        if (!isBox(content, IMAGE_BRANDS)) {
            return false;
        }
        for (int at = 16; at + 4 <= Math.min(boxLength(content), content.length); at += 4) {
            if (brands.contains(brand(content, at))) {
                return true;
            }
        }
        return false;
    }

    private static int boxLength(byte[] content) {
        return (content[2] & 0xff) << 8 | (content[3] & 0xff);
    }

    private static String brand(byte[] content, int at) {
        return new String(content, at, 4, StandardCharsets.ISO_8859_1);
    }

    /** All of a PDF may be letters. One that is ends as such. */
    private static boolean isPdf(byte[] content) {
        return PDF_BEGIN.matcher(latin(content, 0, 9)).matches()
                && (hasByteOfNoText(content)
                        || latin(content, content.length - 1024, content.length).contains("%%EOF"));
    }

    private static String latin(byte[] content, int from, int to) {
        int begin = Math.max(0, from);
        return new String(content, begin, Math.min(to, content.length) - begin, StandardCharsets.ISO_8859_1);
    }
}
