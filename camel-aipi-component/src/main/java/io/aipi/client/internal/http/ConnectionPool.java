/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import io.aipi.client.spi.Scheduler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOSession;

/**
 * The connections to one server, or those to it that are held: what happens to one server's costs no other server's
 * requests a connection. Who finds none free waits, in the order of asking; what begins jobs waits behind what serves those
 * that have begun.
 *
 * <p>A place in the pool is one connection, or one that is being made. Whoever has leased a place gives it back once.
 */
final class ConnectionPool {

    /** A connection, as far as the pool is concerned. */
    static final class Connection {

        private final IOSession session;
        private final long opened;
        private long idleSince;

        /** {@code opened}: now, by the pool's scheduler. */
        Connection(IOSession session, long opened) {
            this.session = session;
            this.opened = opened;
        }

        IOSession session() {
            return session;
        }
    }

    /** Who wants a connection. Compared by identity. */
    interface Lessee {
        /**
         * Has a place in the pool now, to be given back by {@link ConnectionPool#release}.
         *
         * @param connection null if one has to be made
         * @return false if none is wanted any more: the place is not taken
         */
        boolean leased(Connection connection);

        /** Whether it waits behind all that do not. */
        default boolean isLast() {
            return false;
        }
    }

    private final int size;
    private final long keepAlive;
    private final long timeToLive;
    private final Scheduler scheduler;
    /** The connection used last is the first: it is the least likely to have been closed by the server. */
    private final Deque<Connection> idle = new ArrayDeque<>();

    private final Set<Lessee> waiting = new LinkedHashSet<>();
    private final Set<Lessee> waitingLast = new LinkedHashSet<>();
    private int places;
    private boolean retired;
    private volatile boolean answered;

    /**
     * Makes a pool of no connection yet.
     *
     * @param keepAlive nanoseconds after which an idle connection is not used again
     * @param timeToLive nanoseconds after its making from which on a connection is not used again, 0 for no such time
     */
    ConnectionPool(int size, long keepAlive, long timeToLive, Scheduler scheduler) {
        this.size = size;
        this.keepAlive = keepAlive;
        this.timeToLive = timeToLive;
        this.scheduler = scheduler;
    }

    /** The server has sent something that is a response. */
    void answered() {
        if (!answered) {
            answered = true;
        }
    }

    /** Whether the server ever sent something that is a response. */
    boolean hasAnswered() {
        return answered;
    }

    /**
     * Gives the lessee a place, now or later.
     *
     * @return false if the pool was retired: nothing comes of it
     */
    boolean acquire(Lessee lessee) {
        Connection usable;
        boolean waits;
        List<Connection> unusable = null;
        synchronized (this) {
            if (retired) {
                return false;
            }
            for (usable = idle.poll(); usable != null && !isUsable(usable); usable = idle.poll()) {
                unusable = unusable == null ? new ArrayList<>() : unusable;
                unusable.add(usable);
                places--;
            }
            waits = usable == null && places == size;
            if (waits) {
                (lessee.isLast() ? waitingLast : waiting).add(lessee);
            } else if (usable == null) {
                places++;
            }
        }
        if (unusable != null) {
            close(unusable);
        }
        if (!waits && !lessee.leased(usable)) {
            // as it is: it must not count as just used
            passOn(usable);
        }
        return true;
    }

    /** Who waits for a place does so no more; without effect on whoever has one. */
    synchronized void withdraw(Lessee lessee) {
        if (!waiting.remove(lessee)) {
            waitingLast.remove(lessee);
        }
    }

    /** Gives a place back, with the connection if it can be used again, else null. */
    void release(Connection connection) {
        Connection usable = connection;
        if (connection != null) {
            connection.idleSince = scheduler.nanoTime();
            if (!isUsable(connection)) {
                usable = null;
                connection.session.close(CloseMode.GRACEFUL);
            }
        }
        passOn(usable);
    }

    private void passOn(Connection usable) {
        // one after the other, not each from the one before: many may have ended meanwhile
        for (Lessee next = nextOrIdle(usable); next != null; next = nextOrIdle(usable)) {
            if (next.leased(usable)) {
                return;
            }
        }
    }

    private synchronized Lessee nextOrIdle(Connection usable) {
        Iterator<Lessee> longest = (waiting.isEmpty() ? waitingLast : waiting).iterator();
        if (longest.hasNext()) {
            Lessee next = longest.next();
            longest.remove();
            return next;
        }
        if (usable == null) {
            places--;
        } else {
            idle.push(usable);
        }
        return null;
    }

    private boolean isUsable(Connection connection) {
        long now = scheduler.nanoTime();
        return connection.session.isOpen()
                && now - connection.idleSince < keepAlive
                && (timeToLive == 0 || now - connection.opened < timeToLive);
    }

    /** Closes what will not be used again. */
    void evict() {
        List<Connection> unusable = new ArrayList<>(0);
        synchronized (this) {
            idle.removeIf(connection -> {
                boolean remove = !isUsable(connection);
                if (remove) {
                    places--;
                    unusable.add(connection);
                }
                return remove;
            });
        }
        close(unusable);
    }

    /** Whether the pool is empty; then it takes nobody any more. */
    synchronized boolean retire() {
        retired = places == 0;
        return retired;
    }

    /** Places taken: connections that are leased, idle or being made. */
    synchronized int places() {
        return places;
    }

    private static void close(List<Connection> connections) {
        for (Connection each : connections) {
            each.session.close(CloseMode.GRACEFUL);
        }
    }
}
