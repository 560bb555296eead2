/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.soak;

import io.aipi.client.error.AipiException;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;

/** Keeps a number of jobs in flight through one route, and keeps the books: each job must end exactly once, as its own. */
final class Load {

    /** Header with the job's number. */
    static final String NUMBER = "number";

    private final String name;
    private final Endpoint endpoint;
    private final AsyncProducer producer;
    private final Executor feeders;
    /** Whether a job ends with its callback, and not later with an exchange of a consumer. */
    private final boolean endsWithCallback;

    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong foreign = new AtomicLong();
    private final AtomicLong untyped = new AtomicLong();
    private final AtomicLong duplicateCallbacks = new AtomicLong();
    private final AtomicLong duplicateEnds = new AtomicLong();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final Map<String, AtomicLong> errors = new ConcurrentHashMap<>();
    private final BitSet ended = new BitSet();
    private volatile boolean feeding;
    private volatile String sleep = "";

    Load(String name, Endpoint endpoint, Executor feeders, boolean endsWithCallback) throws Exception {
        this.name = name;
        this.endpoint = endpoint;
        this.producer = endpoint.createAsyncProducer();
        this.feeders = feeders;
        this.endsWithCallback = endsWithCallback;
        producer.start();
    }

    /** Begins so many jobs, each of which is followed by another one when it has ended; {@code sleep} is how long they compute, empty for 2 to 10 s. */
    void begin(int size, String computing) {
        sleep = computing;
        feeding = true;
        for (int i = 0; i < size; i++) {
            next();
        }
    }

    /** No job is followed by another one any more. */
    void endFeeding() {
        feeding = false;
    }

    private void next() {
        try {
            feeders.execute(this::send);
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException("The load outlives its threads", e);
        }
    }

    private void send() {
        int number = (int) begun.incrementAndGet();
        most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
        Exchange exchange = endpoint.createExchange();
        exchange.getMessage().setHeader(NUMBER, number);
        String seconds = sleep.isEmpty() ? Integer.toString(2 + number % 9) : sleep;
        exchange.getMessage().setBody("@sleep=" + seconds + " " + sign(number));
        AtomicInteger callbacks = new AtomicInteger();
        producer.process(exchange, doneSync -> {
            if (callbacks.incrementAndGet() > 1) {
                duplicateCallbacks.incrementAndGet();
            } else if (exchange.getException() != null) {
                end(number, exchange.getException(), null);
            } else if (endsWithCallback) {
                end(number, null, exchange.getMessage().getBody(String.class));
            }
        });
    }

    private String sign(int number) {
        return name + " " + number + ".";
    }

    /** A job has ended: with the failure or, if that is null, with the response. */
    void end(int number, Throwable failure, String response) {
        synchronized (ended) {
            if (ended.get(number)) {
                duplicateEnds.incrementAndGet();
                return;
            }
            ended.set(number);
        }
        if (failure instanceof AipiException) {
            errors.computeIfAbsent(failure.getClass().getSimpleName(), missing -> new AtomicLong())
                    .incrementAndGet();
        } else if (failure != null) {
            untyped.incrementAndGet();
            errors.computeIfAbsent(failure.toString(), missing -> new AtomicLong())
                    .incrementAndGet();
        } else if (response != null && response.endsWith(" " + sign(number))) {
            answered.incrementAndGet();
        } else {
            foreign.incrementAndGet();
        }
        inFlight.decrementAndGet();
        if (feeding) {
            next();
        }
    }

    int inFlight() {
        return inFlight.get();
    }

    int mostInFlight() {
        return most.get();
    }

    long begun() {
        return begun.get();
    }

    long answered() {
        return answered.get();
    }

    long lost() {
        synchronized (ended) {
            return begun.get() - ended.cardinality();
        }
    }

    long duplicates() {
        return duplicateCallbacks.get() + duplicateEnds.get();
    }

    long foreign() {
        return foreign.get();
    }

    long untyped() {
        return untyped.get();
    }

    Map<String, AtomicLong> errors() {
        return new TreeMap<>(errors);
    }

    @Override
    public String toString() {
        return name + ": " + begun() + " jobs, at most " + mostInFlight() + " in flight, " + answered()
                + " answered, errors " + errors() + ", results of others " + foreign() + ", duplicates " + duplicates()
                + ", lost " + lost();
    }
}
