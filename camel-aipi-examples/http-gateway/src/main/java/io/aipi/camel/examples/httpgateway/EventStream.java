/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The answer to one client that watches one job: {@code progress} events, then one {@code result} or {@code failure}, then
 * its end. A client that comes late gets the present state first.
 *
 * <p>It costs no thread: it lives on the event loop of its connection. It costs no buffer either: what the client does not
 * take in time is skipped, except for the end; and a client that takes nothing at all is disconnected.
 */
final class EventStream {

    static final String MEDIA_TYPE = "text/event-stream";

    /** Tells proxies that the connection is in use, and this side whether it still is. */
    private static final long HEARTBEAT_MILLIS = Duration.ofSeconds(15).toMillis();

    private final String id;
    private final JobBoard board;
    private final Runnable watcher = this::changed;
    private final AtomicBoolean awake = new AtomicBoolean();

    // what follows is used on the event loop only
    private RoutingContext http;
    private Context eventLoop;
    private LiveJobs.Live live;
    /** What the table says; null until it has been asked. */
    private JobView known;

    private String lastSent;
    private boolean stuck;
    private boolean over;

    EventStream(String id, JobBoard board) {
        this.id = id;
        this.board = board;
    }

    /** Begins. Status and headers are set. Called on the event loop. */
    void start(RoutingContext request, Context context) {
        http = request;
        eventLoop = context;
        HttpServerResponse response = http.response();
        response.setChunked(true);
        long heartbeat = http.vertx().setPeriodic(HEARTBEAT_MILLIS, timer -> beat());
        http.addEndHandler(ended -> {
            over = true;
            http.vertx().cancelTimer(heartbeat);
            board.live().unwatch(id, watcher);
        });
        // the head goes out at once, whatever the job does
        response.write(":\n\n");
        // first watched, then read: an end between the two is not missed
        live = board.live().watch(id, watcher);
        http.vertx()
                .executeBlocking(() -> board.find(id), false)
                .onSuccess(this::begin)
                .onFailure(failure -> http.request().connection().close());
    }

    private void begin(Optional<JobView> job) {
        if (job.isEmpty()) {
            // expired in this moment
            http.response().end();
            return;
        }
        known = job.get();
        flush();
    }

    /** Called by those who tell of progress, on their threads. */
    private void changed() {
        if (awake.compareAndSet(false, true)) {
            try {
                eventLoop.runOnContext(now -> flush());
            } catch (RejectedExecutionException stopped) {
                // the HTTP server has stopped, and the client is gone with it; the job's route must not fail for that
            }
        }
    }

    private void flush() {
        awake.set(false);
        if (over || known == null) {
            return;
        }
        HttpServerResponse response = http.response();
        if (response.writeQueueFull()) {
            // what is the newest then is sent then
            response.drainHandler(drained -> flush());
            return;
        }
        JobView end = known.isEnded() ? known : live.ended();
        if (end != null) {
            over = true;
            response.end(event(end.result() != null ? "result" : "failure", end.toJson()));
            return;
        }
        String progress = known.withProgress(live.newest()).toJson();
        if (!progress.equals(lastSent)) {
            lastSent = progress;
            response.write(event("progress", progress));
        }
    }

    private void beat() {
        boolean full = http.response().writeQueueFull();
        if (full && stuck) {
            http.request().connection().close();
        } else if (!full) {
            http.response().write(":\n\n");
        }
        stuck = full;
    }

    private static String event(String name, String json) {
        return "event: " + name + "\ndata: " + json + "\n\n";
    }
}
