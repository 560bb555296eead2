/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Undoes gzip (RFC 1952), of one or several members, piece by piece as the bytes come. */
final class GzipDecoder implements AutoCloseable {

    private static final int FLAG_HEADER_CRC = 2;
    private static final int FLAG_EXTRA = 4;
    private static final int FLAG_NAME = 8;
    private static final int FLAG_COMMENT = 16;
    private static final int RESERVED_FLAGS = 0xE0;
    private static final int BYTE = 0xFF;
    private static final int TRAILER_LENGTH = 8;
    private static final int PIECE = 8 * 1024;

    /** Takes what was decoded; the buffer is used again afterwards. */
    interface Sink {
        void accept(ByteBuffer piece) throws IOException;
    }

    private enum Part {
        MAGIC_1,
        MAGIC_2,
        METHOD,
        FLAGS,
        REST_OF_HEAD,
        EXTRA_LENGTH_1,
        EXTRA_LENGTH_2,
        EXTRA,
        NAME,
        COMMENT,
        HEADER_CRC,
        DATA,
        TRAILER,
        END
    }

    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] piece = new byte[PIECE];
    private final ByteBuffer pieceBuffer = ByteBuffer.wrap(piece);
    private Part part = Part.MAGIC_1;
    private int flags;
    /** Bytes of the present part that are still to come. */
    private int left;

    private long trailer;

    /** Decodes all of the source. */
    void decode(ByteBuffer source, Sink sink) throws IOException {
        while (source.hasRemaining()) {
            if (part == Part.DATA) {
                inflate(source, sink);
            } else {
                take(source.get() & BYTE);
            }
        }
    }

    /** Whether anything came: nothing at all is the encoding of nothing to some. */
    boolean hasBegun() {
        return part != Part.MAGIC_1;
    }

    /** Whether what came so far is whole. */
    boolean isComplete() {
        return part == Part.END;
    }

    private void inflate(ByteBuffer source, Sink sink) throws IOException {
        inflater.setInput(source);
        try {
            while (!inflater.finished()) {
                int length = inflater.inflate(piece);
                if (length > 0) {
                    crc.update(piece, 0, length);
                    sink.accept(pieceBuffer.clear().limit(length));
                } else if (inflater.needsDictionary()) {
                    throw broken();
                } else if (inflater.needsInput()) {
                    return;
                }
            }
        } catch (DataFormatException e) {
            // its message says nothing that helps
            throw broken();
        }
        part = Part.TRAILER;
        left = TRAILER_LENGTH;
        trailer = 0;
    }

    private void take(int next) throws IOException {
        switch (part) {
            case MAGIC_1 -> expect(next == 0x1F, Part.MAGIC_2);
            case END -> {
                // another member follows, or the zeros that some writers pad with
                if (next != 0) {
                    expect(next == 0x1F, Part.MAGIC_2);
                    inflater.reset();
                    crc.reset();
                }
            }
            case MAGIC_2 -> expect(next == 0x8B, Part.METHOD);
            case METHOD -> expect(next == 8, Part.FLAGS);
            case FLAGS -> {
                flags = next;
                expect((next & RESERVED_FLAGS) == 0, Part.REST_OF_HEAD);
                // time, extra flags, system
                left = 6;
            }
            case EXTRA_LENGTH_1 -> {
                left = next;
                part = Part.EXTRA_LENGTH_2;
            }
            case EXTRA_LENGTH_2 -> {
                left |= next << 8;
                part = Part.EXTRA;
                endIf(left == 0);
            }
            case REST_OF_HEAD, EXTRA, HEADER_CRC -> endIf(--left == 0);
            case NAME, COMMENT -> endIf(next == 0);
            case TRAILER -> {
                trailer |= (long) next << (8 * (TRAILER_LENGTH - left));
                if (--left == 0) {
                    checkTrailer();
                }
            }
            case DATA -> throw new IllegalStateException();
        }
    }

    private void expect(boolean right, Part next) throws IOException {
        if (!right) {
            throw broken();
        }
        part = next;
    }

    /** Goes on to the next part of the head that its flags announce. */
    private void endIf(boolean ended) {
        if (!ended) {
            return;
        }
        Part ending = part;
        if (ending.compareTo(Part.EXTRA_LENGTH_1) < 0 && (flags & FLAG_EXTRA) != 0) {
            part = Part.EXTRA_LENGTH_1;
        } else if (ending.compareTo(Part.NAME) < 0 && (flags & FLAG_NAME) != 0) {
            part = Part.NAME;
        } else if (ending.compareTo(Part.COMMENT) < 0 && (flags & FLAG_COMMENT) != 0) {
            part = Part.COMMENT;
        } else if (ending.compareTo(Part.HEADER_CRC) < 0 && (flags & FLAG_HEADER_CRC) != 0) {
            part = Part.HEADER_CRC;
            left = 2;
        } else {
            part = Part.DATA;
        }
    }

    private void checkTrailer() throws IOException {
        boolean sameBytes = (trailer & 0xFFFF_FFFFL) == crc.getValue();
        boolean sameLength = trailer >>> 32 == (inflater.getBytesWritten() & 0xFFFF_FFFFL);
        expect(sameBytes && sameLength, Part.END);
    }

    private static IOException broken() {
        return new IOException("its gzip encoding is broken");
    }

    /** Gives back what is held outside of the heap. */
    @Override
    public void close() {
        inflater.end();
    }
}
