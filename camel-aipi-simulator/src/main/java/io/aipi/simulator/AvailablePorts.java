/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * Ports of the loopback interface that have to be known before anybody listens on them: where a server is configured by the
 * number of its port, or its clients are before it starts. A server that takes port 0 and tells which it got needs none of this.
 *
 * <p>They are below 32768, where Linux's default range of ephemeral ports begins: a port of that range the system may hand to
 * somebody else, who connects or listens anywhere, before the server listens on it or while it is down. A port may still be
 * taken by another process that chooses it in the same moment.
 */
public final class AvailablePorts {

    private static final int LOWEST = 20_000;
    private static final int LOWEST_EPHEMERAL = 32_768;

    private AvailablePorts() {}

    /**
     * A port that nobody listens on.
     *
     * @return its number
     * @throws IllegalStateException if there is none
     */
    public static int one() {
        return several(1)[0];
    }

    /**
     * Ports that nobody listens on.
     *
     * @param count how many, at least 1
     * @return their numbers, each another one
     * @throws IllegalArgumentException if the count is below 1
     * @throws IllegalStateException if there are not as many
     */
    public static int[] several(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count must be at least 1, not " + count);
        }
        if (count > LOWEST_EPHEMERAL - LOWEST) {
            throw noFreePort();
        }
        return from(ThreadLocalRandom.current().nextInt(LOWEST, LOWEST_EPHEMERAL), count);
    }

    /** The first free ones from {@code start} on; after the highest comes the lowest. */
    static int[] from(int start, int count) {
        int[] ports = IntStream.concat(IntStream.range(start, LOWEST_EPHEMERAL), IntStream.range(LOWEST, start))
                .filter(AvailablePorts::isFree)
                .limit(count)
                .toArray();
        if (ports.length < count) {
            throw noFreePort();
        }
        return ports;
    }

    private static IllegalStateException noFreePort() {
        return new IllegalStateException("No free port between " + LOWEST + " and " + (LOWEST_EPHEMERAL - 1));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
