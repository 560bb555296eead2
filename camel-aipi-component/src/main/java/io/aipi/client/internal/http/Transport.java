/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import java.util.concurrent.CompletableFuture;

/** Carries calls to servers. */
public interface Transport extends AutoCloseable {

    /**
     * Sends a call and reads its response. Never blocks. Ends in all cases within the call's timeout, with a response of
     * any status or with a {@link TransportException}. Nothing is retried here. Whoever waits on the future is called
     * on a thread of the transport and must not block it.
     */
    CompletableFuture<TransportResponse> send(TransportRequest call);

    /** Ends calls in flight with {@link TransportException.Kind#CLOSED} and closes all connections. */
    @Override
    void close();
}
