/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.telemetry;

import io.aipi.camel.store.JobRepository;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.spi.JobListener;
import io.aipi.client.spi.JobMetrics;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.apache.camel.Exchange;

/** A Camel endpoint, as the observers of its jobs know it. */
public final class ObservedEndpoint implements JobListener {

    /**
     * What is stored.
     *
     * @param repository where
     * @param counts as of the last count
     */
    record Stored(Object repository, JobRepository.Counts counts) {}

    private final Object source;
    private final String name;
    private final URI server;
    private final JobObservers observers;
    private final IntSupplier inFlight;
    private final IntSupplier waiting;

    private final JobMetrics counts = new JobMetrics();
    private final AtomicInteger opened = new AtomicInteger();
    private volatile Stored stored;

    /**
     * Nothing has happened yet.
     *
     * @param source the Camel endpoint
     * @param name of the model endpoint
     * @param server base URL of the server
     * @param inFlight how many jobs are submitted or followed and not ended
     * @param waiting how many exchanges wait for their turn
     */
    public ObservedEndpoint(
            Object source, String name, URI server, JobObservers observers, IntSupplier inFlight, IntSupplier waiting) {
        this.source = source;
        this.name = name;
        this.server = server;
        this.observers = observers;
        this.inFlight = inFlight;
        this.waiting = waiting;
    }

    // ---- its life

    /** A producer or consumer has got a client. */
    public void open() {
        if (opened.getAndIncrement() == 0) {
            observers.opened(this);
        }
    }

    /** It has given its client back. */
    public void close() {
        if (opened.decrementAndGet() == 0) {
            stored = null;
            observers.closed(this);
        }
    }

    @Override
    public void onLogin(Duration took, Throwable failure) {
        observers.tell(observer -> observer.onLogin(this, took, failure));
    }

    /** The repository was counted; {@code found} is null if that is not known. */
    public void counted(Object repository, JobRepository.Counts found) {
        stored = found == null ? null : new Stored(repository, found);
    }

    // ---- its jobs

    /** The job that the exchange submits or waits for, by this model. */
    public ObservedJob job(ModelEndpoint model, Exchange exchange) {
        return new ObservedJob(
                this, model, false, exchange.getExchangeId(), null, exchange.getProperty(ObservedJob.SPAN_PROPERTY));
    }

    /** The job that a consumer follows, by this model. */
    public ObservedJob job(ModelEndpoint model, String jobId, String exchangeId) {
        return new ObservedJob(this, model, true, exchangeId, jobId, null);
    }

    /** The outcome of the detached job was taken. */
    public void delivered(String jobId, String exchangeId) {
        ObservedJob job = new ObservedJob(this, null, true, exchangeId, jobId, null);
        observers.tell(observer -> observer.onDelivered(job));
    }

    /** The outcome of the detached job is lost. */
    public void lost(String jobId, String exchangeId) {
        ObservedJob job = new ObservedJob(this, null, true, exchangeId, jobId, null);
        observers.tell(observer -> observer.onLost(job));
    }

    // ---- what there is to know

    JobObservers observers() {
        return observers;
    }

    /** Jobs since the endpoint was made. */
    public JobMetrics counts() {
        return counts;
    }

    /** The Camel endpoint. */
    public Object source() {
        return source;
    }

    /** Name of the model endpoint. */
    public String name() {
        return name;
    }

    /** Host of the server. */
    public String host() {
        String authority = server.getAuthority();
        return colon(authority) < 0 ? authority : authority.substring(0, colon(authority));
    }

    /** Port of the server. */
    public int port() {
        String authority = server.getAuthority();
        if (colon(authority) >= 0) {
            return Integer.parseInt(authority.substring(colon(authority) + 1));
        }
        return "https".equals(server.getScheme()) ? 443 : 80;
    }

    /** Before the port; -1 for none. Java's own URI has no host for a name with an underscore. */
    private static int colon(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? colon : -1;
    }

    int inFlight() {
        return inFlight.getAsInt();
    }

    int waiting() {
        return waiting.getAsInt();
    }

    /** What is stored, as of the last count; null if that is not known. */
    Stored stored() {
        return stored;
    }
}
