/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.model;

import io.aipi.client.internal.util.RequestBytes;
import io.aipi.client.internal.wire.ResponseMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads files, streams and buffers, up to the size that a request may have. What is longer is refused unread where its
 * length is known, and else as soon as it is seen to be longer.
 */
public final class Content {

    private static final int LIMIT = ResponseMapper.MAX_REQUEST_SIZE;

    private Content() {}

    /** Whether the value is a file, a stream, a reader, a buffer or an array of bytes: what {@link #read} reads. */
    public static boolean isContent(Object value) {
        return value instanceof byte[]
                || value instanceof ByteBuffer
                || value instanceof InputStream
                || value instanceof Reader
                || value instanceof File
                || value instanceof Path;
    }

    /**
     * All that the value holds: {@code byte[]}, or {@code String} of a reader. Streams and readers are closed. The position
     * of a buffer stays as it is.
     *
     * @throws TooLongException if there is more than a request may have
     * @throws IOException if it cannot be read
     */
    public static Object read(Object content) throws IOException {
        if (content instanceof byte[] bytes) {
            checkLength(bytes.length);
            return bytes;
        }
        if (content instanceof ByteBuffer buffer) {
            checkLength(buffer.remaining());
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return bytes;
        }
        if (content instanceof Reader reader) {
            return read(reader);
        }
        if (content instanceof InputStream stream) {
            return read(stream, 0);
        }
        Path path = content instanceof File file ? file.toPath() : (Path) content;
        long length = Files.size(path);
        checkLength(length);
        return read(Files.newInputStream(path), length);
    }

    /**
     * All that the stream has, which is closed.
     *
     * @param length its length as far as it is known, 0 if it is not
     */
    public static byte[] read(InputStream stream, long length) throws IOException {
        try (stream) {
            checkLength(length);
            byte[] expected = new byte[(int) length];
            int read = stream.readNBytes(expected, 0, expected.length);
            int more = stream.read();
            if (more < 0) {
                return read == expected.length ? expected : Arrays.copyOf(expected, read);
            }
            RequestBytes all = new RequestBytes(LIMIT);
            try {
                all.write(expected, 0, read);
                all.write(more);
                stream.transferTo(all);
            } catch (IOException e) {
                throw all.isTooLong() ? new TooLongException() : e;
            }
            return all.toByteArray();
        }
    }

    /** As UTF-8 on the way, which is what counts for the length, and what takes least memory. */
    private static String read(Reader reader) throws IOException {
        CharsetEncoder encoder = StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .replaceWith("\ufffd".getBytes(StandardCharsets.UTF_8));
        RequestBytes all = new RequestBytes(LIMIT);
        try (reader;
                Writer writer = new OutputStreamWriter(all, encoder)) {
            reader.transferTo(writer);
        } catch (IOException e) {
            throw all.isTooLong() ? new TooLongException() : e;
        }
        return new String(all.toByteArray(), StandardCharsets.UTF_8);
    }

    /** Refuses what is longer than a request may be. */
    public static void checkLength(long length) throws TooLongException {
        if (length > LIMIT) {
            throw new TooLongException();
        }
    }

    /** There is more than a request may have. */
    public static final class TooLongException extends IOException {

        private static final long serialVersionUID = 1L;

        TooLongException() {
            super("more than the " + LIMIT + " bytes that the server takes");
        }
    }
}
