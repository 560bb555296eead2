/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.chat.ChatMessageCodec;
import io.aipi.client.model.ChatMessage;
import java.util.regex.Pattern;

/**
 * A message as it is stored.
 *
 * @param role the protocol's word
 * @param text as people read it: with a replacement for what some databases refuse; null for none
 * @param rest JSON of the message without its text; with it if {@code text} is not exactly that
 */
record EncodedMessage(String role, String text, String rest) {

    private static final String REPLACEMENT = "\ufffd";

    /** What is no character in UTF-8: half of a pair. */
    private static final Pattern HALF = Pattern.compile("\\p{Cs}");

    private static final Pattern REFUSED = Pattern.compile("\0|" + HALF);

    static EncodedMessage of(ChatMessage message) {
        String text =
                message.text() == null ? null : REFUSED.matcher(message.text()).replaceAll(REPLACEMENT);
        boolean isExact = text == null || text.equals(message.text());
        String rest = ChatMessageCodec.encode(isExact ? withText(message, null) : message);
        return new EncodedMessage(
                message.role().word(),
                text,
                HALF.matcher(rest)
                        .replaceAll(match ->
                                "\\\\u" + Integer.toHexString(match.group().charAt(0))));
    }

    /**
     * The message.
     *
     * @throws IllegalArgumentException if it is nothing that this module has written
     */
    ChatMessage decode() {
        ChatMessage message = ChatMessageCodec.decode(rest);
        return message.text() == null ? withText(message, text) : message;
    }

    private static ChatMessage withText(ChatMessage message, String text) {
        return new ChatMessage(message.role(), text, message.images(), message.turn(), message.usage());
    }
}
