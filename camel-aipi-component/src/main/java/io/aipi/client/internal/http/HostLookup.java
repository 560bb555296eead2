/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Looks up the addresses of hosts, which blocks for as long as the name servers like. One host is looked up once at a
 * time, for all who ask for it; a slow one delays only its own. Threads are made when needed, and end when idle.
 */
public final class HostLookup implements AutoCloseable {

    /** Hosts looked up at once. More wait; that many names have to hang before another one is delayed. */
    private static final int MAX_THREADS = 32;

    private static final int IDLE_SECONDS = 5;

    /** Asks the name servers; blocks. */
    public interface Resolver {
        /** The addresses of a host, at least one. */
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    private final Resolver resolver;
    private final ThreadPoolExecutor threads;
    private final Map<String, CompletableFuture<InetAddress[]>> underWay = new HashMap<>();
    /** Hosts that have a thread, or wait for one. What comes for them meanwhile is for the same thread. */
    private final Set<String> active = new HashSet<>();

    private final Deque<String> ready = new ArrayDeque<>();
    private int working;

    /** The system's name servers. {@code threads} makes the threads. */
    public HostLookup(ThreadFactory threads) {
        this(threads, InetAddress::getAllByName);
    }

    /** Names are looked up by {@code resolver}. */
    HostLookup(ThreadFactory threads, Resolver resolver) {
        this.resolver = resolver;
        this.threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), threads);
    }

    /**
     * The addresses of a host. Never blocks; what depends on the future runs on a thread of its own host, which it may
     * block for a moment. Fails with an {@link UnknownHostException}, or a {@link RejectedExecutionException} after the
     * end.
     */
    CompletableFuture<InetAddress[]> addressesOf(String host) {
        CompletableFuture<InetAddress[]> addresses;
        synchronized (this) {
            addresses = underWay.get(host);
            if (addresses != null) {
                return addresses;
            }
            addresses = new CompletableFuture<>();
            underWay.put(host, addresses);
            if (!active.add(host)) {
                return addresses;
            }
            ready.add(host);
            if (working == MAX_THREADS) {
                return addresses;
            }
            working++;
        }
        try {
            threads.execute(this::work);
        } catch (RejectedExecutionException | Error notBegun) {
            synchronized (this) {
                working--;
                ready.remove(host);
                active.remove(host);
                underWay.remove(host);
            }
            addresses.completeExceptionally(notBegun);
        }
        return addresses;
    }

    private void work() {
        for (String host = next(); host != null; host = next()) {
            do {
                lookUp(host);
            } while (isWantedAgain(host));
        }
    }

    private void lookUp(String host) {
        InetAddress[] addresses = null;
        Throwable failure = null;
        try {
            addresses = resolver.resolve(host);
        } catch (UnknownHostException | RuntimeException | Error e) {
            failure = e;
        }
        CompletableFuture<InetAddress[]> waiting;
        synchronized (this) {
            waiting = underWay.remove(host);
        }
        if (failure == null) {
            waiting.complete(addresses);
        } else {
            waiting.completeExceptionally(failure);
        }
    }

    private synchronized boolean isWantedAgain(String host) {
        return underWay.containsKey(host) || !active.remove(host);
    }

    private synchronized String next() {
        String host = ready.poll();
        if (host == null) {
            working--;
        }
        return host;
    }

    /** Ends the threads. Who waits for a lookup then is told by nobody. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
