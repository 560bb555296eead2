/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.camel.Exchange;
import org.apache.camel.support.ExchangeHelper;
import org.apache.camel.util.IOHelper;

/**
 * Makes text of what a message holds: of a file's or a stream's bytes in the message's character set, of plain values, and of
 * what Camel has a converter for. What is no text is refused and never guessed at: any object has a {@code toString()}.
 *
 * <p>The exchange stays as it is. Each {@code place} is where a value stands, for messages of failures, such as "The message
 * body".
 */
public final class MessageText {

    private static final String BYTE_ORDER_MARK = "\ufeff";

    private final Exchange exchange;
    private final String endpoint;

    /** {@code endpoint}: the name of the model endpoint, which failures are about. */
    public MessageText(Exchange exchange, String endpoint) {
        this.exchange = exchange;
        this.endpoint = endpoint;
    }

    /** Of what holds content its bytes or its text, else the value itself. */
    public Object read(Object value, String place) {
        if (!MessageContent.isContent(value)) {
            return value;
        }
        try {
            return MessageContent.read(value, exchange);
        } catch (IOException e) {
            throw MessageContent.unreadable(place, e, endpoint);
        }
    }

    /** The text of what {@link #read} gave. */
    public String of(Object read, String place) {
        if (read instanceof byte[] bytes) {
            return decode(bytes, place);
        }
        return read instanceof CharSequence chars ? chars.toString() : converted(read, place);
    }

    /** A plain value, or one that somebody made a converter for. */
    private String converted(Object value, String place) {
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        if (value instanceof Number || value instanceof Boolean || value instanceof Character) {
            return value.toString();
        }
        boolean convertible =
                exchange.getContext().getTypeConverterRegistry().lookup(String.class, value.getClass()) != null;
        String text = convertible
                ? exchange.getContext().getTypeConverter().tryConvertTo(String.class, exchange, value)
                : null;
        if (text == null) {
            throw invalid(place + " is a " + value.getClass().getName()
                    + ", which is neither text, JSON, a map nor a file; convert it first");
        }
        return text;
    }

    /** A byte order mark says how bytes become text; it is no part of the text. */
    public static String withoutMark(String text) {
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(BYTE_ORDER_MARK.length()) : text;
    }

    private String decode(byte[] bytes, String place) {
        Mark mark = Mark.of(bytes);
        Charset charset = mark != null ? mark.charset : charset();
        int begin = mark != null ? mark.bytes.length : 0;
        try {
            CharBuffer text = charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, begin, bytes.length - begin));
            if (text.chars().anyMatch(c -> c == 0)) {
                throw new CharacterCodingException();
            }
            return text.toString();
        } catch (CharacterCodingException e) {
            throw invalid(place + " (" + bytes.length + " bytes) is neither " + charset
                    + " text nor an image or sound of a known kind. Convert it, or name its character set in the"
                    + " property " + Exchange.CHARSET_NAME);
        }
    }

    private Charset charset() {
        String named = ExchangeHelper.getCharsetName(exchange, false);
        if (named == null) {
            String contentType = exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, String.class);
            // UTF-8 where the content type names none
            named = contentType == null ? "UTF-8" : IOHelper.getCharsetNameFromContentType(contentType);
        }
        try {
            return Charset.forName(named);
        } catch (IllegalArgumentException e) {
            throw invalid("The message's character set '" + named + "' is not known here");
        }
    }

    /** The byte order marks, which tell the character set more surely than any header. */
    private enum Mark {
        UTF_8(StandardCharsets.UTF_8, 0xef, 0xbb, 0xbf),
        UTF_16LE(StandardCharsets.UTF_16LE, 0xff, 0xfe),
        UTF_16BE(StandardCharsets.UTF_16BE, 0xfe, 0xff);

        private final Charset charset;

        @SuppressWarnings("ImmutableEnumChecker") // never handed out
        private final byte[] bytes;

        Mark(Charset charset, int... bytes) {
            this.charset = charset;
            this.bytes = new byte[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                this.bytes[i] = (byte) bytes[i];
            }
        }

        /** Null for none. */
        static Mark of(byte[] content) {
            for (Mark mark : values()) {
                int length = Math.min(content.length, mark.bytes.length);
                if (Arrays.equals(content, 0, length, mark.bytes, 0, mark.bytes.length)) {
                    return mark;
                }
            }
            return null;
        }
    }

    private InvalidRequestException invalid(String reason) {
        return new InvalidRequestException(reason, ErrorContext.of(endpoint));
    }
}
