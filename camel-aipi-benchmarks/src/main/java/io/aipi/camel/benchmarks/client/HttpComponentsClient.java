/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.aipi.camel.benchmarks.plan.Job;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.async.MinimalHttpAsyncClient;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.Message;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.nio.AsyncRequestProducer;
import org.apache.hc.core5.http.nio.entity.BasicAsyncEntityConsumer;
import org.apache.hc.core5.http.nio.support.AsyncRequestBuilder;
import org.apache.hc.core5.http.nio.support.BasicResponseConsumer;
import org.apache.hc.core5.http2.config.H2Config;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.reactor.IOReactorConfig;

/**
 * The floor: HttpComponents' asynchronous client without Camel, as an expert would write it for this one purpose. It handles
 * no login, no failure and no restart.
 */
final class HttpComponentsClient implements Client {

    /** As the component has it by default. */
    private static final int CONNECTIONS = 100;

    private static final int IO_THREADS = 2;
    private static final JsonFactory JSON = new JsonFactory();

    private final ServerSettings server;
    private final boolean held;
    private final Pace pace;
    private final URI submitUri;
    private final URI progressUri;
    private final String session;
    private final MinimalHttpAsyncClient client;
    private final ScheduledThreadPoolExecutor pauses = new ScheduledThreadPoolExecutor(1);

    HttpComponentsClient(ServerSettings server, boolean held) throws IOException {
        this.server = server;
        this.held = held;
        this.pace = new KnownTimePace(server.polls());
        this.submitUri = URI.create(server.submitUrl());
        this.progressUri = URI.create(server.progressUrl());
        this.session = Login.at(server);
        this.client = client(held ? server.load().inFlight() : CONNECTIONS);
        client.start();
    }

    private static MinimalHttpAsyncClient client(int connections) {
        PoolingAsyncClientConnectionManager pool = PoolingAsyncClientConnectionManagerBuilder.create()
                .setMaxConnTotal(connections)
                .setMaxConnPerRoute(connections)
                .setConnPoolPolicy(PoolReusePolicy.LIFO)
                .build();
        return HttpAsyncClients.createMinimal(
                H2Config.DEFAULT,
                Http1Config.DEFAULT,
                IOReactorConfig.custom()
                        .setIoThreadCount(IO_THREADS)
                        .setTcpNoDelay(true)
                        .build(),
                pool);
    }

    @Override
    public void run(Job job, Completion completion) {
        if (held) {
            post(submitUri, submission(job), completion, poll -> completion.answered(poll.result()));
            return;
        }
        Pace.JobPace jobPace = pace.follow(job);
        post(submitUri, submission(job), completion, poll -> {
            if (poll.jobId() == null) {
                throw new IllegalStateException("Not accepted");
            }
            new Following(poll.jobId(), jobPace, completion).pause(jobPace.first());
        });
    }

    private byte[] submission(Job job) {
        try (ByteArrayBuilder bytes = new ByteArrayBuilder(job.prompt().length() + 200)) {
            try (JsonGenerator request = JSON.createGenerator(bytes)) {
                request.writeStartObject();
                request.writeStringField(server.promptParameter(), job.prompt());
                request.writeStringField("client_session_auth_key", session);
                request.writeBooleanField("wait_for_result", held);
                if (server.isImages()) {
                    request.writeNumberField("width", server.load().work().pixels());
                    request.writeNumberField("height", server.load().work().pixels());
                    request.writeNumberField("num_samples", server.load().work().images());
                }
                request.writeEndObject();
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One job on its way. */
    private final class Following {

        private final byte[] question;
        private final Pace.JobPace jobPace;
        private final Completion completion;
        private final long acceptedNanos = System.nanoTime();

        Following(String jobId, Pace.JobPace jobPace, Completion completion) {
            this.jobPace = jobPace;
            this.completion = completion;
            // Neither has a character that JSON would escape.
            this.question = ("{\"client_session_auth_key\":\"" + session + "\",\"job_id\":\"" + jobId + "\"}")
                    .getBytes(StandardCharsets.UTF_8);
        }

        void pause(long nanos) {
            pauses.schedule(this::poll, nanos, TimeUnit.NANOSECONDS);
        }

        private void poll() {
            post(progressUri, question, completion, this::take);
        }

        private void take(PollResult poll) {
            if (poll.isDone()) {
                jobPace.done(poll.computeSeconds());
                completion.answered(poll.result());
            } else {
                pause(jobPace.after(poll, System.nanoTime() - acceptedNanos));
            }
        }
    }

    /** What is done with a response. */
    private interface Step {
        void take(PollResult poll);
    }

    private void post(URI uri, byte[] body, Completion completion, Step next) {
        AsyncRequestProducer request = AsyncRequestBuilder.post(uri)
                .setHeader("Accept", "application/json")
                .setEntity(body, ContentType.APPLICATION_JSON)
                .build();
        client.execute(
                request,
                new BasicResponseConsumer<>(new BasicAsyncEntityConsumer()),
                null,
                new Response(completion, next));
    }

    /** The end of a call. */
    private record Response(Completion completion, Step next) implements FutureCallback<Message<HttpResponse, byte[]>> {

        @Override
        public void completed(Message<HttpResponse, byte[]> message) {
            if (message.getHead().getCode() != 200) {
                failed(new IOException("HTTP " + message.getHead().getCode()));
                return;
            }
            try {
                next.take(PollParser.parse(message.getBody()));
            } catch (IOException | RuntimeException e) {
                failed(e);
            }
        }

        @Override
        public void failed(Exception e) {
            completion.failed(e);
        }

        @Override
        public void cancelled() {
            failed(new IOException("Cancelled"));
        }
    }
}
