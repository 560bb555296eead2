/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.util;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.model.Media;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Tag;
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
        "image/gif, gif, 47494638396101000100",
        "image/gif, gif, 47494638376101000100",
        "image/webp, webp, 524946460000000057454250",
        "image/tiff, tiff, 49492a00",
        "image/tiff, tiff, 4d4d002a",
        "image/bmp, bmp, 424d36000000000000003600000028000000010000000100000001",
        "image/avif, avif, 000000206674797061766966",
        "audio/wav, wav, 524946460000000057415645",
        "audio/flac, flac, 664c614300000022",
        "audio/ogg, ogg, 4f67675300",
        "audio/mpeg, mp3, 49443303000000000000",
        "audio/mpeg, mp3, fffb90",
        "audio/mpeg, mp3, fff344c400",
        "audio/mpeg, mp3, fffa9064",
        "audio/mpeg, mp3, fff248c4",
        "audio/mpeg, mp3, ffe318c4",
        "audio/aac, aac, fff150800000",
        "audio/aiff, aiff, 464f524d0000000041494646",
        "audio/mp4, m4a, 00000020667479704d344120",
        "audio/mp4, m4a, 00000020667479704d344220",
        "image/heic, heic, 000000186674797068656963",
        "image/heic, heic, 000000186674797068656978",
        "image/heic, heic, 00000018667479706d696631",
        "image/heic, heic, 0000001c667479706d69663100000000686569636d696631",
        "image/avif, avif, 0000001c667479706d69663100000000617669666d696631",
        "video/quicktime, mov, 000000146674797071742020",
        "video/mp4, mp4, 00000018667479706d703432",
        "video/x-msvideo, avi, 524946460000000041564920",
        "video/mp4, mp4, 000000206674797069736f6d",
        "video/webm, webm, 1a45dfa3",
        "application/pdf, pdf, 255044462d312e340a25e2e3cfd300"
    })
    @Tag("case-B3")
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
                "PNG",
                "Explain WAVE files",
                "Convert WEBP to PNG",
                "The ftyp box of MP4",
                "ID3 tags explained",
                "GIF89a or PNG?",
                "GIF89a und JPEG: Größen",
                "RIFF and WAVE, RIFF and WEBP",
                "RIFF....WAVE",
                "RIFF....WEBP",
                "OggS",
                "fLaC is lossless",
                "FORM1234AIFF",
                "%PDF-1.4 is the first line of what?",
                "BM"
            })
    @Tag("case-B2")
    void textIsNoFile(String text) {
        assertThat(MediaTypes.detect(text.getBytes(StandardCharsets.UTF_8))).isEmpty();
        assertThat(MediaTypes.detect(text.getBytes(StandardCharsets.ISO_8859_1)))
                .isEmpty();
        assertThat(MediaTypes.detect(("\ufeff" + text).getBytes(StandardCharsets.UTF_16LE)))
                .isEmpty();
    }

    @Test
    void aPdfOfLettersOnlyIsOne() {
        byte[] letters = "%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n%%EOF\n".getBytes(StandardCharsets.US_ASCII);

        assertThat(MediaTypes.detect(letters)).hasValue("application/pdf");
    }

    /** Reserved versions, layers, rates and frequencies; a box without a length. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "fffe00",
                "ffeb90",
                "fff3f0",
                "fff30c",
                "fff13c",
                "4944330a000000000000",
                "000000006674797069736f6d"
            })
    @Tag("case-B3")
    void whatOnlyBeginsLikeAFileIsNone(String hex) {
        assertThat(MediaTypes.detect(HexFormat.of().parseHex(hex))).isEmpty();
    }

    @Test
    void aTypeMayHaveParametersAndAnyCase() {
        assertThat(MediaTypes.extension("Image/PNG; q=1")).isEqualTo("png");
        assertThat(MediaTypes.extension("application/thing")).isEqualTo("bin");
        assertThat(MediaTypes.extension("")).isEqualTo("bin");
    }

    @ParameterizedTest
    @CsvSource({
        "image/png, 47494638396101000100, image/gif",
        "image/jxl, 00010203, image/jxl",
        "Audio/X-Thing, 00010203, audio/x-thing",
        "image/svg+xml, 3c7376673e, image/svg+xml",
        "audio/mpeg, 0000000000, audio/mpeg",
        "audio/aac, 41444946, audio/aac"
    })
    void aDeclaredTypeCountsForContentThatShowsNone(String declared, String hex, String type) {
        assertThat(MediaTypes.of(HexFormat.of().parseHex(hex), declared)).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"image/png", "IMAGE/JPEG", "application/pdf", "video/mp4", "audio/wav", "image/heic"})
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
