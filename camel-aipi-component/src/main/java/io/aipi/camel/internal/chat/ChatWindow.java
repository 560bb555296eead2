/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.chat;

import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.ChatMessage.Role;
import io.aipi.client.model.TokenUsage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What of a conversation is sent with a question: its end, as far as the bounds let it.
 *
 * <p>Rules: system messages always go along, first of all. A question goes with its answer, or not at all; one that has no
 * answer, since its job failed, does not go. The oldest are left out first, and nothing between two that go.
 */
final class ChatWindow {

    /** Of a text whose tokens nobody has counted: fewer characters a token than most texts have. */
    private static final double CHARACTERS_A_TOKEN = 3;

    /** What a message takes beside its text. */
    private static final int TOKENS_A_MESSAGE = 4;

    /** Models scale pictures to a size of their own. */
    private static final int TOKENS_A_PICTURE = 1_024;

    /** The part of the model's context that is left for the answer, where nobody says how long that may be. */
    private static final int PART_FOR_ANSWER = 4;

    private final String systemMessage;
    private final int maxMessages;
    private final int maxAnswerTokens;

    /**
     * The bounds.
     *
     * @param systemMessage takes the place of those in a conversation; null to leave them
     * @param maxMessages how many messages go along, without system messages and the question; 0 is no bound
     * @param maxAnswerTokens how many tokens the answer may have; 0 if not known
     */
    ChatWindow(String systemMessage, int maxMessages, int maxAnswerTokens) {
        this.systemMessage = systemMessage;
        this.maxMessages = maxMessages;
        this.maxAnswerTokens = maxAnswerTokens;
    }

    /** The messages that are sent before the question. */
    List<ChatMessage> before(ChatMessage question, List<ChatMessage> conversation) {
        List<ChatMessage> window = new ArrayList<>();
        if (systemMessage != null) {
            window.add(ChatMessage.system(systemMessage));
        } else {
            conversation.stream()
                    .filter(message -> message.role() == Role.SYSTEM)
                    .forEach(window::add);
        }
        List<List<ChatMessage>> pairs = pairs(conversation);
        int first = firstByNumber(pairs);
        first = firstByTokens(pairs, first, window, question);
        pairs.subList(first, pairs.size()).forEach(window::addAll);
        return window;
    }

    /** Questions with their answers, in the order of the answers; what was written by hand, in its place. */
    private static List<List<ChatMessage>> pairs(List<ChatMessage> conversation) {
        List<List<ChatMessage>> pairs = new ArrayList<>();
        // several may have been asked before the first was answered
        Map<String, ChatMessage> asked = new LinkedHashMap<>();
        List<ChatMessage> byHand = new ArrayList<>();
        for (ChatMessage message : conversation) {
            if (message.role() == Role.SYSTEM) {
                continue;
            }
            if (message.turn() == null) {
                // written by hand: questions up to an answer are one turn
                byHand.add(message);
                if (message.role() == Role.ASSISTANT) {
                    if (!message.isMissingAnswer()) {
                        pairs.add(byHand);
                    }
                    byHand = new ArrayList<>();
                }
            } else if (message.role() == Role.USER) {
                asked.put(message.turn(), message);
                if (!byHand.isEmpty()) {
                    // another question comes before an answer to them: they are for themselves
                    pairs.add(byHand);
                    byHand = new ArrayList<>();
                }
            } else {
                ChatMessage question = asked.remove(message.turn());
                if (question != null && !message.isMissingAnswer()) {
                    pairs.add(List.of(question, message));
                }
            }
        }
        if (!byHand.isEmpty()) {
            pairs.add(byHand);
        }
        return pairs;
    }

    private int firstByNumber(List<List<ChatMessage>> pairs) {
        int first = pairs.size();
        int messages = 0;
        while (first > 0 && (maxMessages == 0 || messages + pairs.get(first - 1).size() <= maxMessages)) {
            first--;
            messages += pairs.get(first).size();
        }
        return first;
    }

    /** Where the server has said what fits, no more is sent; without that, it is not known. */
    private int firstByTokens(
            List<List<ChatMessage>> pairs, int firstByNumber, List<ChatMessage> system, ChatMessage question) {
        int fits = tokensThatFit(pairs);
        if (fits == 0) {
            return firstByNumber;
        }
        double charactersAToken = charactersAToken(pairs);
        double left = fits - tokens(question, charactersAToken);
        // of pictures, the newest go along only
        boolean hasPictures = !question.images().isEmpty();
        left -= (double) TOKENS_A_PICTURE * question.images().size();
        for (ChatMessage message : system) {
            left -= tokens(message, charactersAToken);
        }
        int first = pairs.size();
        while (first > firstByNumber) {
            for (ChatMessage message : pairs.get(first - 1)) {
                left -= tokens(message, charactersAToken);
                if (!hasPictures) {
                    hasPictures = !message.images().isEmpty();
                    left -= (double) TOKENS_A_PICTURE * message.images().size();
                }
            }
            if (left < 0) {
                break;
            }
            first--;
        }
        return first;
    }

    /** 0 if not known. */
    private int tokensThatFit(List<List<ChatMessage>> pairs) {
        for (int i = pairs.size() - 1; i >= 0; i--) {
            for (ChatMessage message : pairs.get(i)) {
                Integer most = message.usage() == null ? null : message.usage().maxContextTokens();
                if (most != null && most > 0) {
                    int answer =
                            maxAnswerTokens > 0 && maxAnswerTokens < most ? maxAnswerTokens : most / PART_FOR_ANSWER;
                    return Math.max(1, most - answer);
                }
            }
        }
        return 0;
    }

    private static double charactersAToken(List<List<ChatMessage>> pairs) {
        long characters = 0;
        long tokens = 0;
        for (List<ChatMessage> turn : pairs) {
            for (ChatMessage message : turn) {
                TokenUsage usage = message.usage();
                boolean isCounted = usage != null && usage.completionTokens() != null && usage.completionTokens() > 0;
                if (isCounted && message.text() != null) {
                    characters += message.text().length();
                    tokens += usage.completionTokens();
                }
            }
        }
        return characters == 0 ? CHARACTERS_A_TOKEN : (double) characters / tokens;
    }

    private static double tokens(ChatMessage message, double charactersAToken) {
        TokenUsage usage = message.usage();
        double text = usage != null && usage.completionTokens() != null
                ? usage.completionTokens()
                : message.text() == null ? 0 : message.text().length() / charactersAToken;
        return text + TOKENS_A_MESSAGE;
    }
}
