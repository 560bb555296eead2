/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.client.TextDeltas;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.model.JobResult;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * The events of one answer: what is new in it, each time that it is asked. Used by one thread at a time.
 *
 * <p>What was told cannot be taken back: a text in between that does not go on from it is passed over, and at the end it is an
 * error.
 */
final class ChatStream {

    /** After the last event. */
    static final String DONE = "[DONE]";

    private final Call call;
    private final ChatCompletion.Head head;
    private final boolean withUsage;
    private final ObjectMapper json;
    private String told;
    private boolean ended;

    /** {@code withUsage}: whether the tokens are told at the end. */
    ChatStream(Call call, ChatCompletion.Head head, boolean withUsage, ObjectMapper json) {
        this.call = call;
        this.head = head;
        this.withUsage = withUsage;
        this.json = json;
    }

    /** The data of the events since the last time. */
    List<String> next() {
        List<String> events = new ArrayList<>();
        if (told == null) {
            told = "";
            events.add(write(ChatCompletion.first(head)));
        }
        if (!call.result().isDone()) {
            tell(call.text() == null ? "" : TextDeltas.settled(call.text()), events);
        } else if (!ended) {
            ended = true;
            end(events);
            events.add(DONE);
        }
        return events;
    }

    private boolean tell(String text, List<String> events) {
        if (!text.startsWith(told)) {
            return false;
        }
        if (text.length() > told.length()) {
            events.add(write(ChatCompletion.more(head, text.substring(told.length()))));
            told = text;
        }
        return true;
    }

    private void end(List<String> events) {
        try {
            JobResult result = call.result().join();
            if (!tell(ChatCompletion.text(result), events)) {
                throw new ProtocolViolationException(
                        "The result does not go on from what was streamed", ErrorContext.of(head.model()), null);
            }
            events.add(write(ChatCompletion.last(head, result)));
            ChatCompletion.Usage usage = withUsage ? ChatCompletion.Usage.of(result) : null;
            if (usage != null) {
                events.add(write(ChatCompletion.usage(head, usage)));
            }
        } catch (CompletionException | ProtocolViolationException failure) {
            events.add(write(new OpenAiErrors.Body(OpenAiErrors.error(failure))));
        }
    }

    private String write(Object event) {
        try {
            return json.writeValueAsString(event);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
