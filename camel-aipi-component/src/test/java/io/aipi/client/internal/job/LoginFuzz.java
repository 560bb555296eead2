/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.client.internal.api.AipiApi;
import io.aipi.client.internal.session.Session;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.VirtualScheduler;

/** The responses to logins on each route, after a 401, too. */
public final class LoginFuzz {

    private LoginFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        for (LoginMode route : new LoginMode[] {LoginMode.AUTO, LoginMode.SHARED, LoginMode.ENDPOINT}) {
            FuzzedServer server = FuzzedServer.of(input);
            VirtualScheduler scheduler = new VirtualScheduler();
            AipiApi calls = server.calls(route, scheduler);
            server.outcome(calls.login(FuzzedServer.ENDPOINT, FuzzedServer.SOON));
            server.outcome(calls.progress(
                    FuzzedServer.ENDPOINT, calls.named("JID1"), false, FuzzedServer.SOON, () -> FuzzedServer.SOON));
            scheduler.advance(Session.LONGEST_BACKOFF);
            server.outcome(calls.login(FuzzedServer.ENDPOINT, FuzzedServer.SOON));
        }
    }
}
