/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.spi.AggregationRepository;
import org.apache.camel.support.DefaultExchange;

/** A repository that outlives the processes of a test, and fails when it is told to: before it does something, or after. */
final class FaultyRepository implements AggregationRepository {

    /** What is told of the end of an entry, before it is made. */
    interface Watcher {
        /** The entry of the job is about to be removed. */
        void removing(String jobId);

        /** The entry of the job is about to be replaced by that of another one with the same name. */
        void replacing(String jobId);

        /** The outcome of the job is about to be replaced by nothing. */
        void erasing(String jobId);
    }

    private record Entry(String exchangeId, Map<String, Object> headers, Map<?, ?> body) {
        /** In the header, too, which stays when the body goes. */
        String jobId() {
            return String.valueOf(headers.get("CamelAipiJobId"));
        }
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Watcher watcher;
    private boolean down;
    private boolean refusesOutcomes;
    /** How many accesses do what they should and fail all the same. */
    private int unclear;

    FaultyRepository(Watcher watcher) {
        this.watcher = watcher;
    }

    void setDown(boolean isDown) {
        down = isDown;
    }

    boolean isDown() {
        return down;
    }

    /** Takes everything but outcomes. */
    void refuseOutcomes(boolean refuse) {
        refusesOutcomes = refuse;
    }

    boolean refusesOutcomes() {
        return refusesOutcomes;
    }

    void failAfterTheNext() {
        unclear++;
    }

    void recover() {
        down = false;
        refusesOutcomes = false;
        unclear = 0;
    }

    /** Loses an entry: the id of its job, null if there is none. */
    String forget(int which) {
        if (entries.isEmpty()) {
            return null;
        }
        String key = entries.keySet().stream()
                .skip(which % entries.size())
                .findFirst()
                .orElseThrow();
        return entries.remove(key).jobId();
    }

    /** Ids of the jobs that are stored. */
    Set<String> jobIds() {
        Set<String> ids = new HashSet<>();
        entries.forEach((key, entry) -> {
            if (isOfJob(key)) {
                ids.add(entry.jobId());
            }
        });
        return ids;
    }

    /** Not one that tries whether the repository works. */
    private static boolean isOfJob(String key) {
        return key.startsWith("http");
    }

    /** Whether the outcome of the job is stored. */
    boolean hasOutcome(String jobId) {
        return entries.values().stream().anyMatch(entry -> jobId.equals(entry.jobId()) && isOutcome(entry.body()));
    }

    private static boolean isOutcome(Map<?, ?> body) {
        return body.containsKey("result") || body.containsKey("failure");
    }

    private void before() {
        if (down) {
            throw new IllegalStateException("the repository is away");
        }
    }

    private void after() {
        if (unclear > 0) {
            unclear--;
            throw new IllegalStateException("the repository has gone away meanwhile");
        }
    }

    @Override
    public Exchange add(CamelContext camelContext, String key, Exchange exchange) {
        before();
        Map<?, ?> body =
                exchange.getIn().getBody() instanceof Map<?, ?> map ? new HashMap<Object, Object>(map) : Map.of();
        if (refusesOutcomes && isOutcome(body)) {
            throw new IllegalStateException("too large for its column");
        }
        Entry earlier = entries.get(key);
        Entry made = new Entry(
                exchange.getExchangeId(), new HashMap<>(exchange.getIn().getHeaders()), body);
        if (earlier != null && !earlier.jobId().equals(made.jobId())) {
            watcher.replacing(earlier.jobId());
        }
        entries.put(key, made);
        after();
        return null;
    }

    @Override
    public Exchange get(CamelContext camelContext, String key) {
        before();
        Entry entry = entries.get(key);
        if (entry == null) {
            return null;
        }
        Exchange exchange = new DefaultExchange(camelContext);
        exchange.setExchangeId(entry.exchangeId());
        exchange.getIn().setHeaders(new HashMap<>(entry.headers()));
        exchange.getIn().setBody(entry.body());
        return exchange;
    }

    @Override
    public void remove(CamelContext camelContext, String key, Exchange exchange) {
        before();
        Entry entry = entries.get(key);
        if (entry != null) {
            if (isOfJob(key)) {
                watcher.removing(entry.jobId());
            }
            entries.remove(key);
        }
        after();
    }

    @Override
    public void confirm(CamelContext camelContext, String exchangeId) {
        before();
    }

    @Override
    public Set<String> getKeys() {
        before();
        return new LinkedHashSet<>(entries.keySet());
    }
}
