/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A message of a conversation with a chat model. Immutable.
 *
 * @param role whose message it is
 * @param text what it says; null for the answer that a question did not get, since its job failed
 * @param images pictures that are shown with it; empty for none
 * @param turn what a question and its answer have in common, so that neither is kept without the other; null in a message
 *     that was written by hand
 * @param usage the tokens that the server counted, of an answer; null for none
 */
public record ChatMessage(Role role, String text, List<Media> images, String turn, TokenUsage usage) {

    /** Whose message it is. */
    public enum Role {
        /** The application's, which tells the model how to behave. */
        SYSTEM,
        /** A question. */
        USER,
        /** The model's answer. */
        ASSISTANT;

        /** The protocol's word: {@code system}, {@code user} or {@code assistant}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /**
         * The role of this word.
         *
         * @throws IllegalArgumentException for a word that is none
         */
        public static Role ofWord(String word) {
            for (Role role : values()) {
                if (role.word().equals(word)) {
                    return role;
                }
            }
            throw new IllegalArgumentException("The role of a message is system, user or assistant, but not " + word);
        }
    }

    /** Copies the list. */
    public ChatMessage {
        Objects.requireNonNull(role, "role");
        images = List.copyOf(images);
    }

    /** How the model is to behave. */
    public static ChatMessage system(String text) {
        return new ChatMessage(Role.SYSTEM, text, List.of(), null, null);
    }

    /** A question, with the pictures that it is about. */
    public static ChatMessage user(String text, Media... images) {
        return new ChatMessage(Role.USER, text, List.of(images), null, null);
    }

    /** An answer. */
    public static ChatMessage assistant(String text) {
        return new ChatMessage(Role.ASSISTANT, text, List.of(), null, null);
    }

    /** The same message of this turn. */
    public ChatMessage ofTurn(String newTurn) {
        return new ChatMessage(role, text, images, newTurn, usage);
    }

    /** Whether it stands in place of an answer that did not come. */
    public boolean isMissingAnswer() {
        return role == Role.ASSISTANT && text == null;
    }

    /**
     * As the protocol has it in a {@code chat_context}: {@code role}, and {@code content}, which is a text, or with pictures a
     * list of one text and the pictures.
     */
    public Map<String, Object> toContext() {
        String words = text == null ? "" : text;
        if (images.isEmpty()) {
            return Map.of("role", role.word(), "content", words);
        }
        List<Map<String, Object>> content = new ArrayList<>();
        content.add(Map.of("text", words));
        images.forEach(image -> content.add(Map.of("image", image)));
        return Map.of("role", role.word(), "content", content);
    }

    /** Without what it says, which may be confidential. */
    @Override
    public String toString() {
        return "ChatMessage[" + role.word()
                + (text == null ? ", no text" : ", " + text.length() + " characters")
                + (images.isEmpty() ? "" : ", " + images.size() + " images") + "]";
    }
}
