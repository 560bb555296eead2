/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import java.util.concurrent.CompletableFuture;

/** What a route says to a request: a response now, or one for which the request is held. */
public sealed interface Reply permits Response, Reply.Hold {

    /**
     * A response that is still to come.
     *
     * @param response completed with the response; perhaps never
     * @param abandoned to be run if the request ends first, by its client or by its time
     */
    record Hold(CompletableFuture<Response> response, Runnable abandoned) implements Reply {}
}
