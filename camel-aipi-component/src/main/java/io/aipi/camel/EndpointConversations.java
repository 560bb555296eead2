/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.internal.chat.ChatOptions;
import io.aipi.camel.internal.chat.ChatTurn;
import io.aipi.camel.internal.chat.Conversations;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.JobResult;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;

/** Which conversation an exchange of an endpoint goes on with. */
final class EndpointConversations {

    private final AipiEndpoint endpoint;

    EndpointConversations(AipiEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Starts the repository, if there is one. Called under a lock of the caller's. */
    void start() {
        // a consumer without a memory of its own, too, brings the answers of those who ask with it
        if (options().repository() != null) {
            endpoint.getComponent().conversations().use(options().repository());
        }
    }

    /** See {@link io.aipi.camel.internal.producer.ProducerContext#turn}. */
    ChatTurn turn(Exchange exchange, AipiRequest request, BooleanSupplier isPending) {
        if (!endpoint.getConfiguration().isConversation()) {
            return null;
        }
        if (request.prompt() == null) {
            throw invalid("A conversation goes on with a prompt: put it into the body, as text, or into the header "
                    + AipiConstants.PROMPT);
        }
        ChatOptions options = options();
        String id = options.hasMemory() ? id(exchange) : null;
        List<ChatMessage> carried = options.hasMemory() && id == null ? carried(exchange) : List.of();
        return endpoint.getComponent()
                .conversations()
                .turn(options, request, endpoint.getConfiguration().getParameters(), id, carried, isPending);
    }

    private String id(Exchange exchange) {
        String id = exchange.getMessage().getHeader(AipiConstants.CONVERSATION_ID, String.class);
        if (id == null || id.isBlank()) {
            return null;
        }
        if (options().repository() == null) {
            throw invalid("The header " + AipiConstants.CONVERSATION_ID
                    + " names a conversation, but there is no conversationRepository");
        }
        return id;
    }

    private List<ChatMessage> carried(Exchange exchange) {
        Object property = exchange.getProperty(AipiConstants.CONVERSATION_PROPERTY);
        if (property == null) {
            return List.of();
        }
        if (property instanceof List<?> list && list.stream().allMatch(ChatMessage.class::isInstance)) {
            return list.stream().map(ChatMessage.class::cast).toList();
        }
        throw invalid("The exchange property " + AipiConstants.CONVERSATION_PROPERTY
                + " must be a List of io.aipi.client.model.ChatMessage");
    }

    /**
     * The end of a detached job that was asked in a conversation, which the exchange goes on with. Blocks.
     *
     * @param headers that are kept with the job
     * @param result null for none
     */
    void answer(Exchange exchange, Map<String, Object> headers, JobResult result) {
        if (headers.get(AipiConstants.CONVERSATION_TURN) instanceof String kept) {
            exchange.setProperty(AipiConstants.CONVERSATION_PROPERTY, Conversations.answer(options(), kept, result));
        }
    }

    private ChatOptions options() {
        return endpoint.getConfiguration().chatOptions();
    }

    private InvalidRequestException invalid(String reason) {
        return new InvalidRequestException(reason, ErrorContext.of(endpoint.getEndpointName()));
    }
}
