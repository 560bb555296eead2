/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.soak;

import io.aipi.testsupport.FaultProxy;
import io.aipi.testsupport.FaultProxy.Passage;
import io.aipi.testsupport.HttpMessage;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Does something bad to one request in a hundred, or as often as it is told. */
final class RandomFaults implements FaultProxy.Director {

    /** What is done to a request. */
    enum Fault {
        /** The connection is reset; the server never sees the request. */
        RESET_BEFORE,
        /** The server has answered, but the connection is reset instead. */
        RESET_AFTER,
        /** The request hangs until the client gives up; the server never sees it. */
        STALL_BEFORE,
        /** The server has answered, but nothing arrives until the client gives up. */
        STALL_AFTER,
        /** Half of the response, then the end of the connection. */
        CUT_OFF,
        /** The response's bytes are no JSON. */
        GARBAGE,
        /** No HTTP at all. */
        NO_HTTP,
        /** An error of the server, which never sees the request. */
        STATUS_500,
        /** A gateway that lost the server's response. */
        STATUS_502,
        /** The session key is called unknown; never done to a login. */
        STATUS_401
    }

    private final Map<Fault, AtomicLong> faults = new EnumMap<>(Fault.class);
    private final AtomicLong requests = new AtomicLong();
    private volatile double rate;

    RandomFaults() {
        for (Fault fault : Fault.values()) {
            faults.put(fault, new AtomicLong());
        }
    }

    /** How many of a thousand requests get a fault. */
    void perMille(int faulty) {
        rate = faulty / 1000.0;
    }

    long requests() {
        return requests.get();
    }

    long faultsDone() {
        return faults.values().stream().mapToLong(AtomicLong::get).sum();
    }

    Map<Fault, AtomicLong> faults() {
        return faults;
    }

    @Override
    public void direct(Passage passage) throws IOException {
        requests.incrementAndGet();
        Fault fault = fault(passage.request());
        if (fault == null) {
            passage.respond(passage.forward());
            return;
        }
        faults.get(fault).incrementAndGet();
        switch (fault) {
            case RESET_BEFORE -> passage.reset();
            case RESET_AFTER -> {
                passage.forward();
                passage.reset();
            }
            case STALL_BEFORE -> passage.awaitEnd();
            case STALL_AFTER -> {
                passage.forward();
                passage.awaitEnd();
            }
            case CUT_OFF -> {
                byte[] response = passage.forward().bytes();
                passage.write(Arrays.copyOf(response, response.length / 2));
            }
            case GARBAGE -> {
                HttpMessage response = passage.forward();
                Arrays.fill(response.body(), (byte) '?');
                passage.respond(response);
            }
            case NO_HTTP -> passage.write("SSH-2.0-x\r\n\r\n");
            case STATUS_500 -> error(passage, 500);
            case STATUS_502 -> {
                passage.forward();
                error(passage, 502);
            }
            case STATUS_401 -> error(passage, 401);
            default -> throw new IllegalStateException(fault.name());
        }
    }

    private Fault fault(HttpMessage request) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        if (random.nextDouble() >= rate) {
            return null;
        }
        Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
        // at a login it means a wrong API key, which rightly fails all that wait for it, and for five seconds
        return fault == Fault.STATUS_401 && isLogin(request) ? Fault.STATUS_500 : fault;
    }

    private static boolean isLogin(HttpMessage request) {
        return request.line().startsWith("POST /login ") || request.line().startsWith("GET /chat/login?");
    }

    private static void error(Passage passage, int status) throws IOException {
        passage.respond(status, "application/json", "{\"success\": false, \"error\": [\"the proxy wants it so\"]}");
    }
}
