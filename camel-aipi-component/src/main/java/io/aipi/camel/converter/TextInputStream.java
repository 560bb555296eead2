/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.converter;

import io.aipi.camel.chat.TextStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** A text that is still written, as bytes in UTF-8. Its deltas end with whole characters. */
final class TextInputStream extends InputStream {

    private final TextStream text;
    private byte[] bytes = {};
    private int next;

    TextInputStream(TextStream text) {
        this.text = text;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** What is there, without waiting for more than one delta. */
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        try {
            while (next == bytes.length) {
                if (!text.hasNext()) {
                    return -1;
                }
                bytes = text.next().getBytes(StandardCharsets.UTF_8);
                next = 0;
            }
        } catch (RuntimeException e) {
            throw new IOException(e.getMessage(), e);
        }
        int count = Math.min(length, bytes.length - next);
        System.arraycopy(bytes, next, target, offset, count);
        next += count;
        return count;
    }

    @Override
    public int available() {
        return bytes.length - next;
    }

    @Override
    public void close() {
        text.close();
    }
}
