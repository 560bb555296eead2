/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.Media;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class MediaTypesTest {

    @ParameterizedTest
    @CsvSource({
        "image/png, png, 89504e470d0a1a0a00",
        "image/jpeg, jpg, ffd8ffe000104a46",
        "image/gif, gif, 474946383961",
        "image/webp, webp, 524946460000000057454250",
        "image/tiff, tiff, 49492a00",
        "image/tiff, tiff, 4d4d002a",
        "image/bmp, bmp, 424d36000000000000003600000028000000010000000100000001",
        "image/avif, avif, 000000206674797061766966",
        "audio/wav, wav, 524946460000000057415645",
        "audio/flac, flac, 664c6143",
        "audio/ogg, ogg, 4f676753",
        "audio/mpeg, mp3, 494433",
        "audio/mpeg, mp3, fffb90",
        "audio/mp4, m4a, 00000020667479704d344120",
        "video/mp4, mp4, 000000206674797069736f6d",
        "video/webm, webm, 1a45dfa3",
        "application/pdf, pdf, 255044462d312e34"
    })
    void aFileIsKnownByItsFirstBytes(String type, String extension, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);

        assertThat(MediaTypes.detect(bytes)).hasValue(type);
        assertThat(Media.of(bytes).fileExtension()).isEqualTo(extension);
        for (int length = 0; length < 2; length++) {
            assertThat(MediaTypes.detect(Arrays.copyOf(bytes, length))).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "BMW is a car maker, and this is a text of more than a few bytes",
                "{}",
                "GIF",
                "PNG"
            })
    void textIsNoFile(String text) {
        assertThat(MediaTypes.detect(text.getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    @Test
    void aTypeMayHaveParametersAndAnyCase() {
        assertThat(MediaTypes.extension("Image/PNG; q=1")).isEqualTo("png");
        assertThat(MediaTypes.extension("application/thing")).isEqualTo("bin");
        assertThat(MediaTypes.extension("")).isEqualTo("bin");
    }

    @ParameterizedTest
    @CsvSource({
        "image/png, 474946383961, image/gif",
        "image/heic, 00010203, image/heic",
        "Audio/X-Thing, 00010203, audio/x-thing",
        "image/svg+xml, 3c7376673e, image/svg+xml",
        "audio/mpeg, fff3440000, audio/mpeg"
    })
    void aDeclaredTypeCountsForContentThatShowsNone(String declared, String hex, String type) {
        assertThat(MediaTypes.of(HexFormat.of().parseHex(hex), declared)).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"image/png", "IMAGE/JPEG", "application/pdf", "video/mp4", "audio/wav"})
    void aTypeThatItsContentWouldShowIsNotBelieved(String declared) {
        byte[] page = "<html><script>".getBytes(StandardCharsets.UTF_8);

        assertThat(MediaTypes.of(page, declared)).isEqualTo(MediaTypes.UNKNOWN);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "image",
                "image/",
                "/x",
                "image/../../etc/passwd",
                "image/x/../y",
                "../image/x",
                "image/..",
                "image\\x",
                "image/x\r\nX-Injected: yes",
                "image/x y",
                "image/x\0",
                "im\u00e4ge/x",
                "image/${env:HOME}",
                "image/x;y"
            })
    void whatIsNoNameOfATypeIsNone(String declared) {
        assertThat(MediaTypes.of(new byte[] {0, 1, 2}, declared)).isEqualTo(MediaTypes.UNKNOWN);
    }
}
