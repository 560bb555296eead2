/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import io.aipi.client.internal.http.ConnectionPool.Connection;
import io.aipi.client.internal.http.HttpTransport.Resources;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Asks a proxy for a tunnel to the server, and speaks TLS with the server through it. */
final class Tunnel extends HttpExchangeHandler {

    private final HttpTarget target;
    private final Resources resources;
    private final Supplier<Connection> connection;
    private final Runnable opened;
    private final Consumer<CallFailure> failed;

    /**
     * Makes one for one connection; {@code opened} or {@code failed} is called once.
     *
     * @param connection the connection to the proxy, null once it is not wanted any more: then nothing is called
     */
    Tunnel(
            HttpTarget target,
            Resources resources,
            Supplier<Connection> connection,
            Runnable opened,
            Consumer<CallFailure> failed) {
        super(target.tunnelRequest(), null, resources.options().maxResponseSize(), resources.memory());
        this.target = target;
        this.resources = resources;
        this.connection = connection;
        this.opened = opened;
        this.failed = failed;
    }

    @Override
    void completed(TransportResponse proxyResponse, boolean reusable) {
        proxyResponse.release();
        if (proxyResponse.status() / 100 != 2) {
            failed.accept(CallFailure.proxyRefused(target, proxyResponse.status()));
            return;
        }
        Connection current = connection.get();
        if (current != null) {
            resources.connector().secure(target, current.session(), opened, this::notSecured);
        }
    }

    private void notSecured(Exception cause) {
        failed.accept(CallFailure.notSecured(target, cause, resources.options().connectTimeout()));
    }

    @Override
    void broken(Exception cause) {
        failed.accept(CallFailure.tunnelBroken(target, cause));
    }
}
