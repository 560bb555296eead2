/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.aipi.client.internal.http.TransportException.Kind;
import io.aipi.client.options.ConnectionOptions;
import io.aipi.testsupport.RawServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("case-A11")
class ContentEncodingTest extends TransportTestSupport {

    static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(encoded)) {
            out.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return encoded.toByteArray();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        Random random = new Random(7);
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ('a' + random.nextInt(20));
        }
        return bytes;
    }

    private RawServer answering(String headers, byte[] body) throws IOException {
        return server(connection -> {
            while (connection.read()) {
                connection.write("HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + body.length + "\r\n\r\n"
                        + new String(body, StandardCharsets.ISO_8859_1));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "GZIP", "x-gzip", "identity, gzip", " gzip ,"})
    void gzipIsDecoded(String encoding) throws Exception {
        byte[] plain = random(700_000);
        RawServer server = answering("Content-Encoding: " + encoding + "\r\n", gzip(plain));
        HttpTransport transport = transport(DEFAULTS);

        for (int i = 0; i < 2; i++) {
            TransportResponse read = response(transport.send(get(server.uri())));
            assertThat(Arrays.copyOf(read.body(), read.length())).isEqualTo(plain);
        }

        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void identityIsNoEncoding_andNothingIsNothing() throws Exception {
        RawServer identity = answering("Content-Encoding: identity\r\n", "{}".getBytes(StandardCharsets.UTF_8));
        RawServer nothing = answering("Content-Encoding: gzip\r\n", new byte[0]);
        HttpTransport transport = transport(DEFAULTS);

        assertThat(text(response(transport.send(get(identity.uri()))))).isEqualTo("{}");
        assertThat(response(transport.send(get(nothing.uri()))).length()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "deflate", "zstd", "gzip, gzip", "gzip, br"})
    void anotherEncodingIsNamed(String encoding) throws Exception {
        RawServer server = answering("Content-Encoding: " + encoding + "\r\n", new byte[] {1, 2, 3});

        TransportException failure = failure(transport(DEFAULTS).send(get(server.uri())));

        assertThat(failure.kind()).isEqualTo(Kind.UNREADABLE);
        assertThat(failure).hasMessageContaining("Content-Encoding " + encoding);
    }

    /** A bomb: its 250 KB are 250 MB. */
    @Test
    void theBoundIsThatOfTheDecodedSize() throws Exception {
        byte[] bomb = gzip(new byte[250_000_000]);
        RawServer server = answering("Content-Encoding: gzip\r\n", bomb);
        ConnectionOptions bounded = new ConnectionOptions(DEFAULTS.connectTimeout(), 2, 1_000_000, null, null, null);
        ResponseMemory memory = new ResponseMemory(0);

        TransportException failure =
                failure(transport(bounded, scheduler, memory).send(get(server.uri())));

        assertThat(failure.kind()).isEqualTo(Kind.RESPONSE_TOO_LARGE);
        assertThat(failure).hasMessageContaining("1000000 bytes");
        soon().until(() -> memory.used() == 0);
    }

    @Test
    void asMuchAsAllowedIsDecoded() throws Exception {
        byte[] plain = random(100_000);
        RawServer server = answering("Content-Encoding: gzip\r\n", gzip(plain));
        ConnectionOptions exact = new ConnectionOptions(DEFAULTS.connectTimeout(), 2, 100_000, null, null, null);

        assertThat(response(transport(exact).send(get(server.uri()))).length()).isEqualTo(100_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 9, 10, 11, 500, -9, -8, -1})
    void whatIsCutOffIsBroken(int length) throws Exception {
        byte[] whole = gzip(random(1_000));
        RawServer server = answering(
                "Content-Encoding: gzip\r\n", Arrays.copyOf(whole, length > 0 ? length : whole.length + length));

        TransportException failure = failure(transport(DEFAULTS).send(get(server.uri())));

        assertThat(failure.kind()).isEqualTo(Kind.BROKEN);
        assertThat(failure.requestSent()).isTrue();
        assertThat(failure).hasMessageContaining("gzip");
    }

    @Test
    void piecesOfAnySizeAreDecoded_ofSeveralMembersAndWithAllThatAHeadMayHave() throws Exception {
        byte[] plain = random(30_000);
        byte[] encoded = gzip(plain);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        // extra field, name, comment and checksum of the head
        all.write(new byte[] {0x1F, (byte) 0x8B, 8, 2 + 4 + 8 + 16, 0, 0, 0, 0, 0, 3, 3, 0, 'x', 'y', 'z'});
        all.write(new byte[] {'n', 0, 'c', 'o', 0, 1, 2});
        all.write(encoded, 10, encoded.length - 10);
        all.write(encoded);
        all.write(new byte[100]);
        ByteArrayOutputStream twice = new ByteArrayOutputStream();
        twice.write(plain);
        twice.write(plain);

        for (int size : new int[] {1, 7, 8_192, 1_000_000}) {
            assertThat(decode(all.toByteArray(), size)).isEqualTo(twice.toByteArray());
        }
    }

    @Test
    void anyChangedByteIsNoticed_orChangesNothing() throws Exception {
        byte[] plain = random(300);
        byte[] encoded = gzip(plain);
        for (int i = 0; i < encoded.length; i++) {
            byte[] changed = encoded.clone();
            changed[i] ^= 0x10;
            byte[] decoded;
            try {
                decoded = decode(changed, 64);
            } catch (IOException noticed) {
                assertThat(noticed).hasMessageContaining("gzip");
                continue;
            }
            // time and system in the head
            assertThat(decoded).as("byte %d", i).isEqualTo(plain);
        }
    }

    @Test
    void whatIsNoGzipIsRefused() {
        assertThatIOException()
                .isThrownBy(() -> decode("{\"success\":true}".getBytes(StandardCharsets.UTF_8), 64))
                .withMessageContaining("gzip");
    }

    private static byte[] decode(byte[] encoded, int size) throws IOException {
        ByteArrayOutputStream decoded = new ByteArrayOutputStream();
        try (GzipDecoder decoder = new GzipDecoder()) {
            for (int from = 0; from < encoded.length; from += size) {
                decoder.decode(ByteBuffer.wrap(encoded, from, Math.min(size, encoded.length - from)), piece -> {
                    byte[] bytes = new byte[piece.remaining()];
                    piece.get(bytes);
                    decoded.writeBytes(bytes);
                });
            }
            if (!decoder.isComplete()) {
                throw new IOException("gzip ends in the middle");
            }
        }
        return decoded.toByteArray();
    }
}
