/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;

/** A client of server-sent events, without a thread of its own. */
final class EventReader implements Flow.Subscriber<String> {

    /** One event. */
    record Event(String name, JsonNode data) {
        String state() {
            return data.path("state").textValue();
        }
    }

    final List<Event> events = new CopyOnWriteArrayList<>();
    private String name;
    private CompletableFuture<HttpResponse<Void>> response;

    static EventReader watch(HttpClient client, String url) {
        EventReader reader = new EventReader();
        reader.response = client.sendAsync(
                HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.fromLineSubscriber(reader));
        return reader;
    }

    /** The head of the answer; completed at the end of the stream. */
    CompletableFuture<HttpResponse<Void>> end() {
        return response;
    }

    Event last() {
        return events.get(events.size() - 1);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
        if (line.startsWith("event:")) {
            name = line.substring("event:".length());
        } else if (line.startsWith("data:")) {
            events.add(new Event(name, Json.read(line.substring("data:".length()))));
        }
    }

    @Override
    public void onError(Throwable failure) {
        // the response tells of it
    }

    @Override
    public void onComplete() {
        // the response tells of it
    }
}
