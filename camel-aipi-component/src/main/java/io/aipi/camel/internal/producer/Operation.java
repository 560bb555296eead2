/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;

/** What a producer does with an exchange. */
public interface Operation {

    /**
     * Begins the operation. If it throws, nothing was begun; else the callback is called exactly once, later and on another
     * thread.
     */
    void start(Exchange exchange, AsyncCallback callback, ProducerRun run);
}
