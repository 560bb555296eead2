/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import io.aipi.client.internal.http.ConnectionPool.Connection;
import io.aipi.client.internal.http.HttpTransport.Resources;
import io.aipi.client.internal.http.HttpTransport.Server;
import io.aipi.client.internal.http.TransportException.Kind;
import io.aipi.client.options.ConnectionOptions;
import io.aipi.client.spi.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.nio.command.RequestExecutionCommand;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.Command;
import org.apache.hc.core5.reactor.IOSession;

/**
 * One call on its way: lease, connect, perhaps tunnel, execute, release. The response is completed exactly once, by
 * whichever comes first of its arrival, a failure and the deadline; the place in the pool is given back exactly once,
 * by whoever completes the response or, where a connection is being made at that moment, by the one who makes it.
 */
final class PooledCall implements ConnectionPool.Lessee, Connector.Requester {

    /** The transport that the call belongs to. */
    interface Owner {

        /** The server of the call and its connections; others than before once their pool was retired. */
        Server serverOf(TransportRequest call);

        /** Whether no call may begin anything any more: the close will come to each. */
        boolean isClosed();

        /** The call is over. */
        void ended(PooledCall call);
    }

    private final TransportRequest call;
    private final Owner owner;
    private final Resources resources;
    private final ConnectionOptions options;
    private final Scheduler scheduler;
    private final CompletableFuture<TransportResponse> response = new CompletableFuture<>();
    private Server server;
    private HttpTarget target;
    private Scheduler.Task timeout;
    private boolean leased;
    private Connection connection;
    /** Whether the connection has served another call before. */
    private boolean reused;

    private boolean connecting;
    private boolean done;
    private volatile long deadline;
    private volatile HttpExchangeHandler handler;

    PooledCall(TransportRequest call, Owner owner, Resources resources) {
        this.call = call;
        this.owner = owner;
        this.options = resources.options();
        this.scheduler = resources.scheduler();
        this.resources = resources;
    }

    CompletableFuture<TransportResponse> response() {
        return response;
    }

    void start() {
        do {
            Server found = owner.serverOf(call);
            synchronized (this) {
                server = found;
                target = found.target();
            }
        } while (!server.pool().acquire(this));
        synchronized (this) {
            if (leased || done) {
                return;
            }
        }
        Scheduler.Task task = scheduler.schedule(this::waitedInVain, call.timeout());
        synchronized (this) {
            if (!leased && !done) {
                timeout = task;
                return;
            }
        }
        task.cancel();
    }

    private void waitedInVain() {
        synchronized (this) {
            if (leased) {
                return;
            }
        }
        fail(CallFailure.notConnected(
                "all " + options.maxConnections() + " connections to it (maxConnections) were in use for "
                        + call.timeout().toMillis() + " ms",
                null));
    }

    @Override
    public boolean isLast() {
        return call.last();
    }

    @Override
    public boolean leased(Connection idle) {
        if (isOver()) {
            return false;
        }
        Duration time;
        try {
            time = call.timeFromConnection();
        } catch (RuntimeException unwanted) {
            fail(CallFailure.notConnected("nobody waits for the response any more", unwanted));
            return false;
        }
        synchronized (this) {
            if (isEnding()) {
                return false;
            }
            leased = true;
            connection = idle;
            reused = idle != null;
            if (timeout != null) {
                timeout.cancel();
            }
        }
        try {
            limit(time);
            if (idle != null) {
                execute();
            } else {
                connect();
            }
        } catch (RuntimeException | Error e) {
            // thrown to whoever gave the place back, it would end another call
            synchronized (this) {
                connecting = false;
            }
            fail(CallFailure.notConnected("the call could not be begun: " + e, e));
        }
        return true;
    }

    /** From now on the call has this much time. */
    private void limit(Duration time) {
        deadline = scheduler.nanoTime() + time.toNanos();
        Scheduler.Task task = scheduler.schedule(() -> timedOut(time), time);
        synchronized (this) {
            if (timeout != null) {
                timeout.cancel();
            }
            timeout = task;
            if (done) {
                task.cancel();
            }
        }
    }

    private void timedOut(Duration time) {
        HttpExchangeHandler current = handler;
        if (current != null && current.isWaitingForMemory()) {
            // the server is not late, and its response may hold a result: what holds the memory will end
            limit(time);
            return;
        }
        fail(new CallFailure(
                current != null && current.requestSent() ? Kind.TIMED_OUT : Kind.NOT_CONNECTED,
                "no response within " + time.toMillis() + " ms",
                null));
    }

    private void connect() {
        if (beginConnecting()) {
            resources.connector().connect(target, this);
        }
    }

    @Override
    public Duration remaining() {
        return Duration.ofNanos(Math.max(TimeUnit.MILLISECONDS.toNanos(1), deadline - scheduler.nanoTime()));
    }

    @Override
    public void opened(IOSession session) {
        synchronized (this) {
            connection = new Connection(session, scheduler.nanoTime());
        }
    }

    @Override
    public void connected() {
        if (!endConnecting()) {
            return;
        }
        if (target.isTunnelled()) {
            execute(new Tunnel(target, resources, this::current, this::execute, this::fail));
        } else {
            execute();
        }
    }

    @Override
    public void failed(Throwable cause) {
        if (endConnecting()) {
            fail(CallFailure.cannotConnect(target, cause, options.connectTimeout()));
        }
    }

    @Override
    public void abandoned() {
        endConnecting();
    }

    /** Over, or about to be: the close has begun, and will come to this call too. Nothing may be begun any more. */
    private boolean isEnding() {
        return done || owner.isClosed();
    }

    @Override
    public synchronized boolean isOver() {
        return isEnding();
    }

    /** False if the call is over. */
    private synchronized boolean beginConnecting() {
        connecting = !isEnding();
        return connecting;
    }

    /**
     * Must be called when connecting has ended, in whichever way; false if the call is over. A connection that is
     * on its way cannot be called back, and would belong to nobody if its place in the pool were given back before.
     */
    private boolean endConnecting() {
        synchronized (this) {
            if (!connecting) {
                return false;
            }
            connecting = false;
            if (!done) {
                return true;
            }
        }
        release(false);
        return false;
    }

    private void release(boolean reusable) {
        Connection mine;
        synchronized (this) {
            mine = connection;
            connection = null;
        }
        if (mine != null && !reusable) {
            mine.session().close(CloseMode.IMMEDIATE);
            mine = null;
        }
        if (!owner.isClosed()) {
            server.pool().release(mine);
        }
    }

    private void execute() {
        HttpExchangeHandler real =
                new HttpExchangeHandler(
                        target.request(call), call.body(), options.maxResponseSize(), resources.memory()) {
                    @Override
                    void completed(TransportResponse read, boolean reusable) {
                        server.pool().answered();
                        if (read.status() == 407 && target.hasProxy()) {
                            read.release();
                            withdrawn();
                            fail(CallFailure.proxyRefused(target, 407));
                        } else {
                            succeed(read, reusable);
                        }
                    }

                    @Override
                    void broken(Exception cause) {
                        brokenOff(this, cause);
                    }

                    @Override
                    void resumed() {
                        limit(call.timeout());
                    }
                };
        synchronized (this) {
            if (isEnding()) {
                return;
            }
            handler = real;
        }
        execute(real);
    }

    /** A proxy's own response: the server has not seen the request. */
    private void withdrawn() {
        handler = null;
    }

    private void brokenOff(HttpExchangeHandler attempt, Exception cause) {
        boolean sent = !attempt.cancelIfUnsent();
        CallFailure failure =
                CallFailure.broken(target, cause, sent, server.pool().hasAnswered());
        if (failure.kind() == Kind.NOT_CONNECTED && startAnew()) {
            connect();
        } else {
            fail(failure);
        }
    }

    /** The server has closed an idle connection at the moment it was leased: it says nothing about the server. */
    private boolean startAnew() {
        Connection closing;
        synchronized (this) {
            if (!reused || isEnding()) {
                return false;
            }
            reused = false;
            closing = connection;
            connection = null;
            handler = null;
        }
        if (closing != null) {
            closing.session().close(CloseMode.IMMEDIATE);
        }
        return true;
    }

    private synchronized Connection current() {
        return isEnding() ? null : connection;
    }

    private void execute(HttpExchangeHandler exchangeHandler) {
        Connection current = current();
        if (current == null) {
            return;
        }
        IOSession session = current.session();
        RequestExecutionCommand command = new RequestExecutionCommand(exchangeHandler, null, HttpCoreContext.create());
        session.enqueue(command, Command.Priority.NORMAL);
        if (!session.isOpen()) {
            // nobody may come to the command any more; told twice, the handler tells once
            command.cancel();
        }
    }

    private void succeed(TransportResponse read, boolean reusable) {
        if (finish(reusable)) {
            response.complete(read);
        }
        // whoever needs the body for longer holds it
        read.release();
    }

    /** Ends the call, unless it has ended. */
    void fail(CallFailure failure) {
        if (finish(false)) {
            HttpExchangeHandler current = handler;
            boolean sent = current != null && !current.cancelIfUnsent();
            response.completeExceptionally(
                    new TransportException(failure.kind(), sent, failure.message(), failure.cause()));
        }
    }

    private boolean finish(boolean reusable) {
        boolean release;
        synchronized (this) {
            if (done) {
                return false;
            }
            done = true;
            release = leased && !connecting;
            if (timeout != null) {
                timeout.cancel();
            }
        }
        owner.ended(this);
        if (release) {
            release(reusable);
        } else if (server != null && !leased) {
            server.pool().withdraw(this);
        }
        return true;
    }
}
